"""Intervals against worked examples, and what they say where there is too little to say."""

from __future__ import annotations

import pytest

from wfsim.results.statistics import Interval, mean_interval, paired_interval


def test_student_interval_by_hand() -> None:
    """1, 2, 3: s = 1, t_{2, 0.975} = 4.302653 (tables), margin 4.302653 / sqrt(3)."""
    found = mean_interval([1.0, 2.0, 3.0])
    assert (found.mean, found.n, found.level, found.method) == (2.0, 3, 0.95, "t")
    assert (found.low, found.high) == pytest.approx((2.0 - 2.484138, 2.0 + 2.484138), abs=1e-6)


def test_level_widens() -> None:
    """t_{2, 0.95} = 2.919986."""
    found = mean_interval([1.0, 2.0, 3.0], level=0.9)
    assert found.high == pytest.approx(2.0 + 2.919986 / 3.0**0.5, abs=1e-6)


def test_one_value_has_no_interval_and_none_has_no_mean() -> None:
    assert mean_interval([0.7]) == Interval(mean=0.7, low=None, high=None, n=1, level=0.95, method="t")
    assert mean_interval([]) == Interval(mean=None, low=None, high=None, n=0, level=0.95, method="t")


@pytest.mark.parametrize("method", ["t", "bootstrap"])
@pytest.mark.filterwarnings("error")
def test_equal_values_have_an_interval_of_no_width(method: str) -> None:
    found = mean_interval([0.7, 0.7], method=method)
    assert (found.low, found.mean, found.high) == (0.7, 0.7, 0.7)


def test_bootstrap_is_repeatable_and_lies_within_the_values() -> None:
    values = [1.0, 2.0, 2.5, 4.0, 8.0]
    found = mean_interval(values, method="bootstrap")
    assert found == mean_interval(values, method="bootstrap")
    assert 1.0 < found.low < 3.5 == found.mean < found.high < 8.0


def test_pairing_takes_differences_b_minus_a() -> None:
    assert paired_interval([1.0, 5.0, 2.0], [2.0, 7.0, 5.0]) == mean_interval([1.0, 2.0, 3.0])


def test_unequal_lengths_do_not_pair() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired_interval([1.0, 2.0], [1.0])


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_level_is_a_probability(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        mean_interval([1.0, 2.0], level=level)


def test_unknown_method() -> None:
    with pytest.raises(ValueError, match="t or bootstrap"):
        mean_interval([1.0, 2.0], method="z")
