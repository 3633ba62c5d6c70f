from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from wfsim.control.round_robin import RoundRobin
from wfsim.messages import Candidate
from wfsim.rng import Streams


def test_devices_go_round_in_order_of_name(turns) -> None:
    """Four of six at a time, by hand; after thirty rounds everybody has had twenty turns."""
    cohorts = turns(RoundRobin(devices=4), "abcdef", 30)
    assert ["".join(cohort) for cohort in cohorts[:4]] == ["abcd", "abef", "cdef", "abcd"]
    assert Counter(name for cohort in cohorts for name in cohort) == dict.fromkeys("abcdef", 20)


def test_one_that_comes_back_goes_first_once(known: Callable[..., Candidate]) -> None:
    away = known("z", age_rounds=40, turns=1)
    there = [known(name, age_rounds=age, turns=9) for name, age in [("a", 2), ("b", 1), ("c", 0)]]
    assert RoundRobin(devices=1).select(Streams(1), 50, [*there, away]) == ("z",)
    back = known("z", age_rounds=0, turns=2)
    assert RoundRobin(devices=1).select(Streams(1), 51, [*there, back]) == ("a",)
