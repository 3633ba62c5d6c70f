"""Outages by the clock and in single windows."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from wfsim.outages import Downtime, Outages
from wfsim.rng import Streams

_DAY_S = 86_400.0


def realise(start_s: float = 0.0, **fields: Any) -> Downtime:
    return Outages.parse({"kind": "scheduled", **fields}).realise(Streams(1), "a", start_s)


def changes_s(downtime: Downtime, count: int) -> list[float]:
    found = [0.0]
    while len(found) <= count:
        found.append(downtime.next_change_s(found[-1]))
    return found[1:]


def test_daily_hours_follow_the_clock() -> None:
    """At t = 0 it is 01:50."""
    downtime = realise(6_600.0, daily=["02:00-03:00"])
    assert changes_s(downtime, 4) == [600.0, 4_200.0, _DAY_S + 600.0, _DAY_S + 4_200.0]
    assert [downtime.is_down(t_s) for t_s in (0.0, 600.0, 4_199.9, 4_200.0)] == [False, True, True, False]


def test_hours_may_pass_midnight_and_have_begun_the_day_before() -> None:
    """23:00-01:00, and it is midnight."""
    downtime = realise(0.0, daily=["23:00-01:00"])
    assert downtime.is_down(0.0) and changes_s(downtime, 2) == [3_600.0, 82_800.0]


def test_windows_alone_have_no_daily_hours() -> None:
    downtime = realise(7_200.0, windows=[[1.0, 2.0], [5.0, 6.5]])
    assert changes_s(downtime, 5) == [1.0, 2.0, 5.0, 6.5, math.inf]


def test_what_overlaps_is_one_outage() -> None:
    downtime = realise(0.0, daily=["00:10-00:20"], windows=[[300.0, 601.0], [1_199.0, 1_201.0], [1_201.0, 1_300.0]])
    assert changes_s(downtime, 3) == [300.0, 1_300.0, _DAY_S + 600.0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"daily": ["2-3"]}, "HH:MM-HH:MM"),
        ({"daily": ["02:00-02:00"]}, "has no length"),
        ({"daily": ["00:00-13:00", "12:00-00:00"]}, "down for ever"),
        ({"daily": []}, "needs `daily` hours or `windows`"),
        ({"windows": [[2.0, 1.0]]}, r"window \[2, 1\]"),
        ({"windows": [[-1.0, 1.0]]}, r"window \[-1, 1\]"),
    ],
)
def test_timetables_without_sense_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Outages.parse({"kind": "scheduled", **fields})
