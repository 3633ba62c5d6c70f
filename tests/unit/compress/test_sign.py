from __future__ import annotations

import numpy as np
import pytest

from wfsim.compress._numbers import FORMATS

_SIGN = FORMATS["sign"]


def _there_and_back(values: list[float], seed: int | None = None) -> list[float]:
    draw = None if seed is None else np.random.default_rng(seed)
    return _SIGN.unpack(_SIGN.pack(np.array(values, dtype=np.float32), draw), 0, len(values)).tolist()


def test_signs_of_the_mean_size() -> None:
    """Mean of 1, 2, 0 and 5 is 2; zero counts as positive."""
    assert _there_and_back([1.0, -2.0, 0.0, -5.0]) == [2.0, -2.0, 2.0, -2.0]


def test_no_other_multiple_of_the_signs_is_nearer() -> None:
    values = np.random.default_rng(1).standard_normal(300)
    decoded = np.array(_there_and_back(values.tolist()))
    error = ((values - decoded) ** 2).sum()
    assert all(((values - factor * decoded) ** 2).sum() > error for factor in (0.98, 1.02))


def test_at_random_the_largest_keeps_its_sign() -> None:
    assert {tuple(_there_and_back([4.0, -4.0], seed)) for seed in range(20)} == {(4.0, -4.0)}
    drawn = {tuple(_there_and_back([4.0, 0.0], seed)) for seed in range(20)}
    assert drawn == {(4.0, 4.0), (4.0, -4.0)}


@pytest.mark.parametrize("seed", [None, 1])
def test_zeros_are_zero_and_what_is_not_finite_spoils_its_piece_alone(seed: int | None) -> None:
    assert _there_and_back([0.0, 0.0], seed) == [0.0, 0.0]
    draw = None if seed is None else np.random.default_rng(seed)
    pieces = [np.array(p, dtype=np.float32) for p in ([1.0, np.inf], [3.0], [np.nan])]
    decoded = _SIGN.unpack_all(_SIGN.pack_all(pieces, draw), 0, [2, 1, 1])
    assert [np.isnan(piece).all() for piece in decoded] == [True, False, True]
