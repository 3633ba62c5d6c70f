"""Limits around values and their intervals."""

from __future__ import annotations

import pytest

from wfsim.figures._limits import leave, limits


def test_narrow_intervals_fit_with_some_air() -> None:
    assert limits([10.0, 20.0], [9.0, 21.0]) == pytest.approx((8.2, 21.8))


def test_wide_ones_get_a_quarter_of_the_range() -> None:
    assert limits([10.0, 20.0], [-100.0, 200.0]) == pytest.approx((6.7, 23.3))


def test_one_value_has_room_around_it() -> None:
    assert limits([50.0], []) == pytest.approx((49.6, 50.4))
    assert limits([50.0], [0.0, 100.0]) == pytest.approx((48.35, 51.65))
    assert limits([0.0], []) == pytest.approx((-0.08, 0.08))


def test_what_lies_outside_leaves() -> None:
    assert leave((0.0, 1.0), [0.5, 1.5])
    assert not leave((0.0, 1.0), [0.0, 1.0])
