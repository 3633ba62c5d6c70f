"""The same hours every day."""

from __future__ import annotations

from wfsim.intervals import interval_of

DAY_S = 86_400.0


class EveryDay:
    """Down in [from_s + k day, from_s + k day + for_s) of simulated time, for every whole k, negative ones included."""

    def __init__(self, from_s: float, for_s: float) -> None:
        self._from_s, self._for_s = from_s, for_s

    def is_down(self, t_s: float) -> bool:
        """Whether the hours that began last are not over."""
        return t_s < self._end_s(self._day(t_s))

    def next_change_s(self, t_s: float) -> float:
        """The end of these hours, or the beginning of the next."""
        day = self._day(t_s)
        return self._end_s(day) if t_s < self._end_s(day) else self._begin_s(day + 1)

    def _day(self, t_s: float) -> int:
        """The k whose hours begin last before t, or at t, in floating arithmetic."""
        day = interval_of(t_s - self._from_s, DAY_S)
        while self._begin_s(day) > t_s:
            day -= 1
        while self._begin_s(day + 1) <= t_s:
            day += 1
        return day

    def _begin_s(self, day: int) -> float:
        return self._from_s + day * DAY_S

    def _end_s(self, day: int) -> float:
        return self._begin_s(day) + self._for_s
