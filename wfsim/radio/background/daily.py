"""Foreign traffic by the clock."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from wfsim.radio.background import Background, ForeignTraffic
from wfsim.rng import Streams


class Daily(Background, kind="daily"):
    """Takes `share` of the band for `for_s` seconds, every `day_s` seconds from `from_s` after midnight on.

    Deterministic: intervals [from_s + k day_s, from_s + k day_s + for_s) of the clock that reads the scenario's
    `start_time` at t = 0, those begun before t = 0 included. A share of 1 leaves nothing until it ends. Both directions
    have the same hours.
    """

    share: float = Field(1.0, gt=0.0, le=1.0, description="fraction of the band taken")
    from_s: float = Field(0.0, ge=0.0, description="clock of day at which it begins, seconds after midnight")
    for_s: float = Field(3600.0, gt=0.0, description="how long it lasts, s")
    day_s: float = Field(86_400.0, gt=0.0, description="time from one beginning to the next, s")

    @model_validator(mode="after")
    def _something_is_left(self) -> Daily:
        if self.for_s > self.day_s:
            raise ValueError(f"for_s {self.for_s:g} exceeds day_s {self.day_s:g}")
        if self.share == 1.0 and self.for_s == self.day_s:
            raise ValueError("a share of 1 all day leaves nothing for ever; give for_s below day_s")
        return self

    def realise(self, streams: Streams, direction: str, start_s: float) -> ForeignTraffic:
        return _Days(self, start_s)

    def mean_share(self) -> float:
        return self.share * self.for_s / self.day_s


class _Days:
    """The intervals on the clock of the simulation."""

    def __init__(self, part: Daily, start_s: float) -> None:
        self._part, self._first_s = part, part.from_s - start_s
        self._never_ends = part.for_s == part.day_s

    def share(self, t_s: float) -> float:
        """The share by day and night."""
        return self._part.share if self._never_ends or t_s < self._end_s(self._day(t_s)) else 0.0

    def holds_until_s(self, t_s: float) -> float:
        """The end of the interval, or the beginning of the next."""
        if self._never_ends:
            return math.inf
        day = self._day(t_s)
        return self._end_s(day) if t_s < self._end_s(day) else self._begin_s(day + 1)

    def _day(self, t_s: float) -> int:
        """The k whose interval begins last before t, or at t, in floating arithmetic."""
        day = math.floor((t_s - self._first_s) / self._part.day_s)
        while self._begin_s(day) > t_s:
            day -= 1
        while self._begin_s(day + 1) <= t_s:
            day += 1
        return day

    def _begin_s(self, day: int) -> float:
        return self._first_s + day * self._part.day_s

    def _end_s(self, day: int) -> float:
        return self._begin_s(day) + self._part.for_s
