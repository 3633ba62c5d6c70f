"""A measured quantity as a step function of simulated time, looped or held, the same in any order of queries."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Steps = NDArray[np.int64]
AtEnd = Literal["loop", "hold"]

_ROUNDING = 1e-12  # of an amount: what is left of it then is rounding


class Series:
    """`values` [n], neighbours apart, over the steps between `edges_s` [n + 1], rising from 0.

    It is read from `offset_s` on. Steps are numbered through all laps: step g is step g mod n of lap g // n and begins
    at (lap P + edge) - offset, P the length of the recording, so no error adds up over laps. An instant on an edge
    belongs to the step that begins there. With `hold` there is one lap; its last value goes on after it, its first one
    holds before it. `amounts` [n] are the integrals over the steps, values x lengths unless they are known exactly.
    """

    def __init__(
        self,
        edges_s: Array,
        values: Array,
        *,
        amounts: Array | None = None,
        at_end: AtEnd = "loop",
        offset_s: float = 0.0,
    ) -> None:
        if len(edges_s) != len(values) + 1 or edges_s[0] != 0.0 or not (np.diff(edges_s) > 0.0).all():
            raise ValueError("edges_s must rise from 0, with one value between any two of them")
        self.edges_s, self.values, self.loops, self.offset_s = edges_s, values, at_end == "loop", offset_s
        self._amounts = values * np.diff(edges_s) if amounts is None else amounts
        self._sums = np.concatenate([[0.0], np.cumsum(self._amounts)])

    def __len__(self) -> int:
        return len(self.values)

    @property
    def mean(self) -> float:
        """The mean over the recording."""
        return float(self._sums[-1] / self.edges_s[-1])

    def steps(self, times_s: Array) -> Steps:
        """The numbers [m] of the steps that hold at these times; with `hold`, 0 to n - 1."""
        if not self.loops:
            return np.searchsorted(self.edges_s[1:-1] - self.offset_s, times_s, side="right").astype(np.int64)
        recorded_s = times_s + self.offset_s
        laps = np.floor(recorded_s / self.edges_s[-1])
        inside = np.searchsorted(self.edges_s, recorded_s - laps * self.edges_s[-1], side="right") - 1
        return self._corrected(times_s, laps.astype(np.int64) * len(self) + inside)

    def _corrected(self, times_s: Array, steps: Steps) -> Steps:
        """Quotients and remainders are rounded on their own; the starts of steps decide."""
        while (late := self.starts_s(steps + 1) <= times_s).any():
            steps = steps + late
        while (early := self.starts_s(steps) > times_s).any():
            steps = steps - early
        return steps

    def starts_s(self, steps: Steps) -> Array:
        """When these steps [m] begin; with `hold` the edges of the recording, 0 to n."""
        if not self.loops:
            return self.edges_s[steps] - self.offset_s
        return (steps // len(self) * self.edges_s[-1] + self.edges_s[steps % len(self)]) - self.offset_s

    def values_at(self, times_s: Array) -> Array:
        """The values [m] at these times."""
        return self.values[self.steps(times_s) % len(self)]

    def value_at(self, t_s: float) -> float:
        """The value at a time."""
        return float(self.values_at(np.array([t_s]))[0])

    def next_change_s(self, t_s: float) -> float:
        """When the value changes next, later than `t_s`; infinity where it never does."""
        step = int(self.steps(np.array([t_s]))[0])
        if len(self) == 1 or (not self.loops and step == len(self) - 1):
            return math.inf
        same = (
            self.values[(step + 1) % len(self)] == self.values[step % len(self)]
        )  # the end of a lap may be as its begin
        return float(self.starts_s(np.array([step + 1 + int(same)]))[0])

    def changes_s(self, start_s: float, end_s: float) -> Array:
        """The beginnings of steps in (start, end]."""
        first, last = self.steps(np.array([start_s, end_s])).tolist()
        return np.empty(0) if len(self) == 1 else self.starts_s(np.arange(first + 1, last + 1))

    def integrals(self, times_s: Array, within_s: Array | float = 0.0) -> Array:
        """The integrals [m - 1] between consecutive ones of m times; exact over whole steps of exact amounts.

        A time within `within_s` of an edge counts as on it: the rest is rounding.
        """
        steps = self.steps(times_s)
        begins_s, ends_s = self.starts_s(steps), self.starts_s(steps + 1)
        part = (times_s - begins_s) / (ends_s - begins_s)
        part = np.where(np.abs(times_s - begins_s) <= within_s, 0.0, part)
        part = np.where(np.abs(ends_s - times_s) <= within_s, 1.0, part)
        laps, inside = steps // len(self), steps % len(self)
        since = (laps - laps[0]) * self._sums[-1] + self._sums[inside] + part * self._amounts[inside]
        return np.diff(since)

    def integral(self, start_s: float, end_s: float) -> float:
        """The integral over [start, end)."""
        return float(self.integrals(np.array([start_s, end_s]))[0])

    def finish_s(self, start_s: float, amount: float) -> float:
        """When the integral from `start_s` on reaches `amount` >= 0, of values >= 0; infinity if never.

        What ends with a step must not spill into the next one by rounding: its value may be zero.
        """
        if amount <= 0.0:
            return start_s
        step = int(self.steps(np.array([start_s]))[0])
        lap, inside = divmod(step, len(self))
        begin_s, end_s = self.starts_s(np.array([step, step + 1])).tolist()
        flown = float(self._sums[inside] + (start_s - begin_s) / (end_s - begin_s) * self._amounts[inside])
        return max(self._reached_s(lap, flown + amount, amount * _ROUNDING), start_s)

    def _reached_s(self, lap: int, goal: float, rounding: float) -> float:
        """When the integral since the beginning of a lap reaches a goal."""
        whole = float(self._sums[-1])
        if goal - rounding > whole:
            if not self.loops:
                return self._held_s(goal - whole)
            if whole <= 0.0:
                return math.inf
            more = math.ceil((goal - rounding) / whole) - 1
            lap, goal = lap + more, goal - more * whole
        inside = min(int(np.searchsorted(self._sums[1:], goal - rounding, side="left")), len(self) - 1)
        begin_s, end_s = self.starts_s(lap * len(self) + np.array([inside, inside + 1])).tolist()
        amount = float(self._amounts[inside])
        part = (goal - float(self._sums[inside])) / amount if amount > 0.0 else 0.0
        return min(begin_s + part * (end_s - begin_s), end_s)

    def _held_s(self, more: float) -> float:
        """When the last value, held, has brought this much more."""
        last = float(self.values[-1])
        return float(self.edges_s[-1]) - self.offset_s + more / last if last > 0.0 else math.inf
