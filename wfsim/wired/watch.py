"""Outages of the fixed network's elements as events: records, and calls to whoever wants to know."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Generator

import simpy

from wfsim.trace import Journal, OutageEnded, OutageStarted
from wfsim.wired.elements import Elements

OnOutage = Callable[[bool], None]


class Watch:
    """One process per element that has outages; an outage that is on when it starts begins then."""

    def __init__(self, env: simpy.Environment, elements: Elements, journal: Journal) -> None:
        self._env, self._elements, self._journal = env, elements, journal
        self.changes = 0
        self._callbacks: dict[str, list[OnOutage]] = defaultdict(list)

    def start(self, always: OnOutage) -> None:
        """Begin to watch; `always` is called after an element's own callbacks."""
        for name in self._elements.fallible:
            self._env.process(self._follow(name, always))

    def on_outage(self, element: str, callback: OnOutage) -> None:
        """Call with True as an element goes down and with False as it is up again, after the record."""
        self._callbacks[element].append(callback)

    def _follow(self, name: str, always: OnOutage) -> Generator[simpy.Event, object, None]:
        downtime, was_down, since_s = self._elements.fallible[name], False, self._env.now
        while True:
            if (is_down := downtime.is_down(self._env.now)) != was_down:
                self._write(name, is_down, self._env.now - since_s)
                for callback in (*self._callbacks[name], always):
                    callback(is_down)
                was_down, since_s = is_down, self._env.now
            change_s = downtime.next_change_s(self._env.now)
            if math.isinf(change_s):
                return
            yield self._env.timeout(change_s - self._env.now)
            self.changes += 1

    def _write(self, name: str, is_down: bool, lasted_s: float) -> None:
        now_s, what = self._env.now, self._elements.kinds[name]
        if is_down:
            self._journal.write(OutageStarted(t_s=now_s, element=name, what=what))
        else:
            self._journal.write(OutageEnded(t_s=now_s, element=name, what=what, down_s=lasted_s))
