"""What every kind of outages promises."""

from __future__ import annotations

import math

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.outages import Downtime, Outages
from wfsim.rng import Streams

_START_S = 6_600.0  # the clock reads 01:50 at t = 0
_TIMES_S = [0.0, 0.1, 599.999, 600.0, 601.0, *np.linspace(700.0, 9e4, 40).tolist(), 1e6]


def _realise(outages: Outages, element: str = "a<>b") -> Downtime:
    return outages.realise(Streams(1), element, _START_S)


def check_any_query_order_gives_the_same_states(outages: Outages) -> None:
    """Forwards, backwards, and from one that was asked nothing before; answers are bool."""
    forwards, backwards = _realise(outages), _realise(outages)
    states = [forwards.is_down(t_s) for t_s in _TIMES_S]
    require(all(isinstance(state, bool) for state in states), "is_down must return a bool")
    require_equal([backwards.is_down(t_s) for t_s in _TIMES_S[::-1]][::-1], states, "the state asked backwards")
    require_equal([_realise(outages).is_down(t_s) for t_s in _TIMES_S], states, "the state of a fresh one")


def check_the_next_change_lies_ahead_and_is_one(outages: Outages) -> None:
    """Otherwise simulated time would stand still; at the change, the new state holds."""
    downtime = _realise(outages)
    for t_s in _TIMES_S:
        next_s = downtime.next_change_s(t_s)
        require(next_s > t_s, f"next_change_s({t_s:g}) is {next_s:g}, which is not later")
        if math.isfinite(next_s):
            require(downtime.is_down(next_s) != downtime.is_down(t_s), f"nothing changes at {next_s:g} s")


def check_nothing_changes_before_the_next_change(outages: Outages) -> None:
    """Up to the last float before it."""
    downtime = _realise(outages)
    for t_s in _TIMES_S:
        end_s = min(downtime.next_change_s(t_s), t_s + 1e6)
        asked_s = [*np.linspace(t_s, end_s, 8)[:-1].tolist(), math.nextafter(end_s, t_s)]
        require(len({downtime.is_down(at_s) for at_s in asked_s}) == 1, f"it changes between {t_s:g} s and {end_s:g} s")
