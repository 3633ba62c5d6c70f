"""Absolute times to the bit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsim.world.clock import Clock

TIMES = st.floats(0.0, 1e9, allow_nan=False)


@given(begin_s=TIMES, end_s=TIMES)
def test_an_event_comes_at_its_time_to_the_bit(begin_s: float, end_s: float) -> None:
    clock = Clock(min(begin_s, end_s))
    clock.run(clock.at(max(begin_s, end_s)))
    assert clock.now == max(begin_s, end_s)


@given(begin_s=TIMES, end_s=TIMES)
def test_advancing_ends_at_the_time_to_the_bit(begin_s: float, end_s: float) -> None:
    clock = Clock(min(begin_s, end_s))
    clock.advance(max(begin_s, end_s))
    assert clock.now == max(begin_s, end_s)


def test_advancing_lets_everything_up_to_the_time_happen() -> None:
    clock, seen = Clock(0.0), []
    for t_s in (1.0, 2.0, 3.0):
        clock.at(t_s).callbacks.append(lambda _: seen.append(clock.now))
    clock.advance(2.0)
    assert seen == [1.0, 2.0]
    clock.advance(2.5)
    clock.advance(9.0)
    assert seen == [1.0, 2.0, 3.0]
    assert clock.events() == 3


def test_a_time_that_is_over_is_refused() -> None:
    with pytest.raises(ValueError, match="1.0 s is over: it is 2.0 s"):
        Clock(2.0).at(1.0)
