from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from wfsim.control.oort import Oort
from wfsim.messages import Candidate
from wfsim.rng import Streams

_GREEDY = {"exploration": 0.0, "least_exploration": 0.0}


def _select(controller: Oort, there: list[Candidate], round_number: int = 10) -> str:
    return "".join(controller.select(Streams(1), round_number, there))


def test_examples_times_loss_rank_devices_of_equal_age_and_speed(known: Callable[..., Candidate]) -> None:
    """10 x 2, 30 x 1, 5 x 3: b, a, c."""
    there = [
        known(name, examples=examples, last_loss=loss, age_rounds=1, last_turn_s=4.0)
        for name, examples, loss in [("a", 10, 2.0), ("b", 30, 1.0), ("c", 5, 3.0)]
    ]
    assert [_select(Oort(devices=count, **_GREEDY), there) for count in (1, 2, 3)] == ["b", "ab", "abc"]


def test_a_slow_device_loses_by_the_power_of_its_delay(known: Callable[..., Candidate]) -> None:
    """U = 1 for a, 0.6 for b, plus sqrt(0.1 ln 10 / 9) = 0.16 each: 1.16 (4 / t)^2 falls below 0.76 at t = 4.94 s."""

    def best(turn_s: float) -> str:
        there = [
            known("a", last_loss=11.0, age_rounds=0, last_turn_s=turn_s),
            known("b", last_loss=7.0, age_rounds=0, last_turn_s=4.0),
            known("c", last_loss=1.0, age_rounds=0, last_turn_s=4.0),
        ]
        return _select(Oort(devices=1, preferred_s=4.0, alpha=2.0, **_GREEDY), there)

    assert [best(turn_s) for turn_s in (1.0, 4.9, 5.0)] == ["a", "a", "b"]


def test_the_median_turn_is_preferred_where_none_is_given(known: Callable[..., Candidate]) -> None:
    """Turns of 1, 4 and 9 s: only the last one is punished."""
    there = [
        known(name, last_loss=1.0, age_rounds=0, last_turn_s=turn_s) for name, turn_s in [("a", 9), ("b", 4), ("c", 1)]
    ]
    assert _select(Oort(devices=2, **_GREEDY), there) == "bc"


def test_those_not_seen_for_long_come_back(known: Callable[..., Candidate]) -> None:
    """Round 10: sqrt(0.1 ln 10 / 1) = 0.48 for one last seen in round 1, 0.16 for the others."""

    def best(loss: float) -> str:
        there = [known("a", last_loss=loss, age_rounds=0), known("b", last_loss=1.0, age_rounds=8)]
        others = [known("c", last_loss=0.0, age_rounds=0), known("d", last_loss=10.0, age_rounds=0, last_turn_s=1e6)]
        return _select(Oort(devices=1, preferred_s=1.0, **_GREEDY), [*there, *others])

    assert [best(loss) for loss in (4.0, 4.5)] == ["b", "a"]


@pytest.mark.parametrize(
    ("fields", "round_number", "explored"),
    [
        ({"exploration": 0.5, "decay": 1.0}, 3, 2),
        ({"exploration": 0.0, "least_exploration": 0.0}, 3, 0),
        ({"exploration": 1.0, "decay": 1.0}, 3, 4),
        ({"exploration": 1.0, "decay": 0.5, "least_exploration": 0.0}, 3, 1),
        ({"exploration": 1.0, "decay": 0.5, "least_exploration": 0.5}, 9, 2),
    ],
)
def test_a_share_of_the_cohort_is_new(
    known: Callable[..., Candidate], fields: dict[str, float], round_number: int, explored: int
) -> None:
    there = [*(known(name, age_rounds=0) for name in "abcd"), *(known(name) for name in "wxyz")]
    cohort = _select(Oort(devices=4, **fields), there, round_number)
    assert len(cohort) == 4
    assert sum(name in "wxyz" for name in cohort) == explored


def test_a_share_of_less_than_a_device_is_kept_on_average(known: Callable[..., Candidate]) -> None:
    """A quarter of one place: 100 of 400 rounds, +- 4.5 sqrt(400 x 0.25 x 0.75) = 39."""
    oort = Oort(devices=1, exploration=0.25, decay=1.0)
    there = [known("a", age_rounds=0), known("z")]
    assert abs([_select(oort, there, number) for number in range(1, 401)].count("z") - 100) < 39


def test_either_side_fills_what_the_other_lacks(known: Callable[..., Candidate]) -> None:
    seen, unseen = [known(name, age_rounds=0) for name in "abc"], [known(name) for name in "xyz"]
    assert _select(Oort(devices=3, exploration=1.0, decay=1.0), seen) == "abc"
    assert _select(Oort(devices=3, **_GREEDY), unseen) == "xyz"
    assert len(_select(Oort(devices=5, **_GREEDY), [*seen, *unseen])) == 5


def test_new_devices_are_drawn_uniformly_and_by_address(known: Callable[..., Candidate]) -> None:
    """One of four in 400 rounds: 100 each, +- 4.5 sqrt(400 x 0.25 x 0.75) = 39; another candidate shifts nobody."""
    oort, there = Oort(devices=1), [known(name) for name in "wxyz"]
    drawn = [_select(oort, there, number) for number in range(1, 401)]
    assert all(abs(count - 100) < 39 for count in Counter(drawn).values())
    more = [_select(oort, [*there, known("zz")], number) for number in range(1, 401)]
    assert all(after in (before, "zz") for before, after in zip(drawn, more, strict=True))


def test_unknown_losses_leave_examples_to_decide(known: Callable[..., Candidate]) -> None:
    there = [known(name, examples=examples, age_rounds=0) for name, examples in [("a", 3), ("b", 9), ("c", 5)]]
    assert _select(Oort(devices=2, **_GREEDY), there) == "bc"
