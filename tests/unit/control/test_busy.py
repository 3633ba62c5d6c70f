"""Devices at work count towards the cohort, for every controller that has a size."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from wfsim.control import Controller
from wfsim.control.all_devices import AllDevices
from wfsim.messages import Candidate
from wfsim.rng import Streams

_SIZED = sorted(name for name, kind in Controller.kinds.items() if "devices" in kind.model_fields)


@pytest.mark.parametrize("kind", _SIZED)
@pytest.mark.parametrize(("busy", "started"), [(0, 5), (3, 2), (4, 1), (5, 0), (9, 0)])
def test_five_are_filled_up(known: Callable[..., Candidate], setting, kind: str, busy: int, started: int) -> None:
    controller = Controller.parse({"kind": kind, "devices": 5})
    there = [known(name, age_rounds=None if name in "abcd" else 2) for name in "abcdefgh"]
    assert len(controller.select(Streams(1), 4, there, busy, controller.begin(setting()))) == started


def test_everybody_starts_whoever_is_at_work(known: Callable[..., Candidate]) -> None:
    assert AllDevices().select(Streams(1), 1, [known("b"), known("a")], 7) == ("a", "b")


def test_with_fewer_places_a_random_cohort_is_part_of_the_larger_one(known: Callable[..., Candidate]) -> None:
    """Common random numbers: who would have been drawn first is drawn now."""
    random, there = Controller.parse({"kind": "random", "devices": 5}), [known(name) for name in "abcdefgh"]
    cohorts = [set(random.select(Streams(1), 4, there, busy)) for busy in range(5)]
    assert all(smaller < larger for larger, smaller in pairwise(cohorts))
