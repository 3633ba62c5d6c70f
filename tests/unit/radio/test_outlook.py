from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.outlook import finish_times_s
from wfsim.radio.transfer import WHOLE

_EDGES_S = np.array([0.0, 1.0, 3.0, 4.0])


def _finish_times_s(edges_s: np.ndarray, rates_bps: np.ndarray, bits: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        flown_bits = np.cumsum(np.where(rates_bps > 0.0, rates_bps * np.diff(edges_s), 0.0), axis=1)
    return finish_times_s(edges_s, rates_bps, flown_bits, bits, bits * WHOLE)


@pytest.mark.parametrize(("bits", "finish_s"), [(0, 0.0), (5, 0.5), (10, 1.0), (10.5, 3.5), (11, 4.0), (11.5, np.inf)])
def test_finish_times(bits: float, finish_s: float) -> None:
    """10 bit/s for 1 s, silence for 2 s, 1 bit/s for 1 s."""
    assert _finish_times_s(_EDGES_S, np.array([[10.0, 0.0, 1.0]]), np.array([bits])) == pytest.approx([finish_s])


def test_finish_times_when_a_silence_comes_first() -> None:
    rates_bps = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    assert _finish_times_s(_EDGES_S, rates_bps, np.array([0.5, 0.0])).tolist() == [3.5, 0.0]


@pytest.mark.parametrize(("bits", "finish_s"), [(0.0, 2.0), (6.0, 3.5), (8.0, 4.0), (8.0 + 1e-13, 4.0), (8.1, np.inf)])
def test_finish_times_within_one_piece(bits: float, finish_s: float) -> None:
    assert _finish_times_s(np.array([2.0, 4.0]), np.array([[4.0]]), np.array([bits])) == pytest.approx([finish_s])


def test_finish_times_at_infinite_and_endless_rates() -> None:
    edges_s = np.array([2.0, np.inf])
    rates_bps = np.array([[np.inf], [4.0], [0.0]])
    assert _finish_times_s(edges_s, rates_bps, np.array([8.0, 8.0, 8.0])).tolist() == [2.0, 4.0, np.inf]
