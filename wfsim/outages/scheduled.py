"""Outages by a timetable: maintenance at night, a strike of the digger."""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from wfsim.outages import Downtime, Outages
from wfsim.outages._every_day import DAY_S, EveryDay
from wfsim.outages.any_down import AnyDown
from wfsim.rng import Streams
from wfsim.units import CLOCK, clock_s

_EXAMPLE = ("02:00-03:00",)


def _hours(text: str) -> str:
    clocks = text.split("-")
    if len(clocks) != 2 or not all(re.fullmatch(CLOCK, clock) for clock in clocks):
        raise ValueError(f"{text!r} is not of the form HH:MM-HH:MM")
    if clock_s(clocks[0]) == clock_s(clocks[1]):
        raise ValueError(f"{text!r} has no length")
    return text


class Scheduled(Outages, kind="scheduled"):
    """Down in `daily` hours of the clock, which reads the scenario's `start_time` at t = 0, and in single `windows`.

    Deterministic; intervals [from, to), those of daily hours begun before t = 0 included. Hours may pass midnight
    (`23:00-01:00`). What overlaps is one outage.
    """

    daily: tuple[Annotated[str, AfterValidator(_hours)], ...] = Field(
        _EXAMPLE, description="hours of every day, HH:MM-HH:MM by the clock"
    )
    windows: tuple[tuple[float, float], ...] = Field((), description="single outages [from_s, to_s], simulated time, s")

    @model_validator(mode="before")
    @classmethod
    def _windows_alone(cls, data: object) -> object:
        """Who gives windows and no daily hours means no daily hours."""
        if not isinstance(data, dict) or "windows" not in data:
            return data
        windows = data["windows"]
        pairs = (
            tuple(tuple(w) if isinstance(w, list) else w for w in windows)
            if isinstance(windows, (list, tuple))
            else windows
        )
        return {"daily": (), **data, "windows": pairs}

    @model_validator(mode="after")
    def _times_make_sense(self) -> Scheduled:
        if not (self.daily or self.windows):
            raise ValueError("needs `daily` hours or `windows`; kind `none` has no outages")
        for from_s, to_s in self.windows:
            if not 0.0 <= from_s < to_s:
                raise ValueError(f"window [{from_s:g}, {to_s:g}] must begin at 0 s or later and end after it begins")
        if self._days(0.0) and math.isinf(AnyDown(self._days(0.0)).next_change_s(0.0)):
            raise ValueError("the daily hours cover the whole day: it would be down for ever")
        return self

    def realise(self, streams: Streams, element: str, start_s: float) -> Downtime:
        return AnyDown([*self._days(start_s), *(_Window(from_s, to_s) for from_s, to_s in self.windows)])

    def _days(self, start_s: float) -> list[Downtime]:
        clocks = [[clock_s(clock) for clock in hours.split("-")] for hours in self.daily]
        return [EveryDay(from_s - start_s, (to_s - from_s) % DAY_S) for from_s, to_s in clocks]


class _Window:
    """Down once, in [from_s, to_s)."""

    def __init__(self, from_s: float, to_s: float) -> None:
        self._from_s, self._to_s = from_s, to_s

    def is_down(self, t_s: float) -> bool:
        """Whether `t_s` lies in it."""
        return self._from_s <= t_s < self._to_s

    def next_change_s(self, t_s: float) -> float:
        """Its beginning, then its end, then never."""
        return next((edge_s for edge_s in (self._from_s, self._to_s) if edge_s > t_s), math.inf)
