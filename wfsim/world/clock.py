"""An event loop that can be told the time to the bit: SimPy knows delays alone, and now + (t - now) may not be t."""

from __future__ import annotations

from heapq import heappush

import simpy
from simpy.events import NORMAL


class Clock(simpy.Environment):
    """SimPy's environment, with absolute times."""

    def at(self, t_s: float) -> simpy.Event:
        """An event at a time that is not over. Raises ValueError where it is."""
        if t_s < self._now:
            raise ValueError(f"{t_s} s is over: it is {self._now} s")
        event = self.event()
        event._ok, event._value = True, None
        heappush(self._queue, (t_s, NORMAL, next(self._eid), event))
        return event

    def events(self) -> int:
        """How many events there have been and are to come. To be asked once, at the end: asking counts as one."""
        return next(self._eid)

    def advance(self, t_s: float) -> None:
        """Everything up to a time happens, and it is that time. Not to be called from within a process."""
        while self.peek() <= t_s:
            self.step()
        self._now = t_s
