"""Solved bands in the medium: with constant channels uploads end when the solver says, no later if bands are shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wfsim.allocation import Solution, Uploads, solve_common, solve_per_device, solve_within

_BAND_HZ = 1e6
_RANKS = 4
_LINK = {"kind": "shannon", "gap_db": 2.0, "max_bps_per_hz": 5.0}
_SPECTRA = np.array([[0.5, 0.2, 0.05, 0.0], [0.3, 0.1, 0.02, 0.0], [0.7, 0.5, 0.2, 0.0], [0.6, 0.3, 0.1, 0.0]])


def _uploads(ready_s: tuple[float, ...]) -> Uploads:
    """Of the four devices one is held by the cap and the others by their power."""
    return Uploads(
        bits=np.tile(5e5 + 1e6 * np.arange(_RANKS), (4, 1)),
        dropped=_SPECTRA,
        shares=np.array([0.4, 0.1, 0.3, 0.2]),
        snr_hz=np.array([3e7, 5e6, 1e6, 2e8]),
        ready_s=np.array(ready_s),
        band_hz=_BAND_HZ,
        gap=10.0**0.2,
        cap_bps_per_hz=5.0,
    )


def _ends_s(make_air: Callable[..., Any], uploads: Uploads, solution: Solution, *, dynamic: bool) -> np.ndarray:
    air = make_air(
        uploads.snr_hz.tolist(),
        band_hz=_BAND_HZ,
        link=_LINK,
        access={"kind": "fdma", "work_conserving": dynamic},
    )
    for number, keep in enumerate(solution.keep):
        bits, weight = uploads.bits[number, keep - 1], solution.bands_hz[number] / _BAND_HZ
        air.send(f"u{number}", [bits / 20] * 20, at_s=uploads.ready_s[number], links=[number], weight=weight)
    air.run()
    return np.array([air.end_s(f"u{number}") for number in range(len(solution.keep))])


_together_or_apart = pytest.mark.parametrize("ready_s", [(0.0,) * 4, (1.5,) * 4, (0.0, 2.0, 1.0, 3.5)])


@_together_or_apart
@pytest.mark.parametrize("queue_s", [0.0, 0.5, 100.0])
def test_static_shares_end_exactly_then_and_dynamic_ones_no_later(
    make_air: Callable[..., Any], ready_s: tuple[float, ...], queue_s: float
) -> None:
    uploads = _uploads(ready_s)
    solution = solve_common(uploads, v=20.0, queue_s=queue_s)
    static, dynamic = (_ends_s(make_air, uploads, solution, dynamic=each) for each in (False, True))
    assert static == pytest.approx([solution.finish_s] * 4, rel=1e-9)
    assert (dynamic <= solution.finish_s * (1.0 + 1e-9)).all()
    if len(set(ready_s)) > 1:
        assert dynamic.min() < 0.999 * solution.finish_s  # who begins first has the band of those who do not send yet


@_together_or_apart
def test_with_a_queue_per_device_the_medium_pays_the_solved_price(
    make_air: Callable[..., Any], ready_s: tuple[float, ...]
) -> None:
    uploads, queues_s, v = _uploads(ready_s), np.array([3.0, 0.1, 1.0, 0.5]), 20.0
    solution = solve_per_device(uploads, v=v, queues_s=queues_s)
    ends_s = _ends_s(make_air, uploads, solution, dynamic=False)
    left_out = (uploads.shares * _SPECTRA[np.arange(4), solution.keep - 1]).sum()
    assert ends_s.max() == pytest.approx(solution.finish_s, rel=1e-9) and np.ptp(ends_s) > 1e-3
    assert v * left_out + (queues_s * ends_s).sum() == pytest.approx(solution.objective, rel=1e-9)


@_together_or_apart
def test_a_budget_is_met_in_the_air(make_air: Callable[..., Any], ready_s: tuple[float, ...]) -> None:
    uploads = _uploads(ready_s)
    budget_s = max(ready_s) + 2.8
    solution = solve_within(uploads, budget_s=budget_s)
    assert _ends_s(make_air, uploads, solution, dynamic=False) == pytest.approx([solution.finish_s] * 4, rel=1e-9)
    assert solution.finish_s <= budget_s and 1 < solution.keep.mean() < _RANKS
