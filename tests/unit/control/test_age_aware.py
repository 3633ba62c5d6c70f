from __future__ import annotations

from collections.abc import Callable

import pytest

from wfsim.control.age_aware import AgeAware
from wfsim.messages import Candidate
from wfsim.rng import Streams


@pytest.mark.parametrize(("devices", "names"), [(1, "d"), (2, "bd"), (3, "bcd"), (4, "abcd")])
def test_never_comes_first_then_the_oldest_then_the_better_channel(
    known: Callable[..., Candidate], devices: int, names: str
) -> None:
    there = [known("a", age_rounds=1), known("b", age_rounds=7), known("c", age_rounds=1, snr_db=11.0), known("d")]
    assert AgeAware(devices=devices).select(Streams(1), 9, there) == tuple(names)


def test_nobody_waits_longer_than_a_whole_turn_of_everybody(turns) -> None:
    """Five devices two by two: within three rounds everybody has had a turn, whatever the channels."""
    cohorts = turns(AgeAware(devices=2), "abcde", 12, a={"snr_db": -20.0}, e={"snr_db": 30.0})
    for start in range(10):
        assert set().union(*cohorts[start : start + 3]) == set("abcde")
