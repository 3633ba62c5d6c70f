from __future__ import annotations

from collections.abc import Callable

import pytest

from wfsim.control.all_devices import AllDevices
from wfsim.control.local_work.full import Full
from wfsim.control.local_work.like_median import LikeMedian
from wfsim.control.local_work.within import Within
from wfsim.messages import Candidate, Orders

_FULL = {"a": 10, "b": 10, "c": 10, "d": 3}


def _cohort(known: Callable[..., Candidate], *computes_s: float) -> list[Candidate]:
    return [known(name, compute_s=compute_s) for name, compute_s in zip("abcd", computes_s, strict=False)]


@pytest.mark.parametrize(
    ("fields", "steps"),
    [
        ({"compute_s": 3.0}, {"a": 10, "b": 7, "c": 1, "d": 1}),
        ({"compute_s": 3.0, "least_steps": 5}, {"a": 10, "b": 7, "c": 5, "d": 3}),
        ({"compute_s": 1e9}, _FULL),
    ],
)
def test_within_by_hand(known: Callable[..., Candidate], fields: dict, steps: dict[str, int]) -> None:
    """3 s out of 3, 4, 30 and 9 s: 10, floor(7.5), floor(1), floor(1) steps."""
    assert Within(**fields).steps(_cohort(known, 3.0, 4.0, 30.0, 9.0), _FULL) == steps


def test_what_fits_exactly_is_not_lost_to_rounding(known: Callable[..., Candidate]) -> None:
    for done in range(1, 50):
        cohort = [known("a", compute_s=50 * 0.1)]
        assert Within(compute_s=done * 0.1).steps(cohort, {"a": 50}) == {"a": done}


def test_like_median_by_hand(known: Callable[..., Candidate]) -> None:
    """Medians of 2, 4, 20 s and of 2, 4, 6, 20 s are 4 and 5 s; 1.5 times that is 6 and 7.5 s."""
    rule = LikeMedian(ratio=1.5)
    assert rule.steps(_cohort(known, 2.0, 4.0, 20.0), _FULL) == {"a": 10, "b": 10, "c": 3}
    assert rule.steps(_cohort(known, 2.0, 6.0, 20.0, 4.0), _FULL) == {"a": 10, "b": 10, "c": 3, "d": 3}
    assert rule.steps(_cohort(known, 20.0), _FULL) == {"a": 10}


def test_devices_that_take_no_time_do_everything(known: Callable[..., Candidate]) -> None:
    assert LikeMedian(ratio=1.0).steps(_cohort(known, 0.0, 0.0), _FULL) == {"a": 10, "b": 10}


def test_orders_name_only_those_that_do_less(known: Callable[..., Candidate], setting) -> None:
    cohort = _cohort(known, 1.0, 4.0)
    assert AllDevices(local_work=Full()).orders(1, cohort, setting(), None) == {}
    shortened = AllDevices(local_work=Within(compute_s=2.0)).orders(1, cohort, setting(), None)
    assert shortened == {"b": Orders(local_steps=5)}
