"""What every availability model promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require
from wfsim.devices.availability import Availability
from wfsim.rng import Streams

_TIMES_S = [0.0, 0.1, 59.999, 60.0, 61.0, 1e4, 1e7]


def check_query_order_does_not_matter(availability: Availability) -> None:
    """Answers are bool and the same forwards and backwards in time."""
    forwards = [availability.is_available(Streams(1), "a", t_s) for t_s in _TIMES_S]
    backwards = [availability.is_available(Streams(1), "a", t_s) for t_s in reversed(_TIMES_S)]
    require(forwards == backwards[::-1], "asked backwards in time, it answers otherwise")
    require(all(isinstance(there, bool) for there in forwards), "is_available must return a bool")


def check_the_next_change_lies_ahead(availability: Availability) -> None:
    """Otherwise simulated time would stand still."""
    for t_s in _TIMES_S:
        next_s = availability.next_change_s(t_s)
        require(next_s > t_s, f"next_change_s({t_s:g}) is {next_s:g}, which is not later")


def check_nothing_changes_before_the_next_change(availability: Availability) -> None:
    """For any of three devices, up to the last float before it."""
    for t_s in _TIMES_S:
        end_s = min(availability.next_change_s(t_s), t_s + 1e6)
        for device in ("a", "b", "c"):
            states = {availability.is_available(Streams(3), device, t) for t in (t_s, math.nextafter(end_s, t_s))}
            require(len(states) == 1, f"availability changes between {t_s:g} s and the next change at {end_s:g} s")
