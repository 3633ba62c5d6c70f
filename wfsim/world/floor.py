"""Who is at work, what has come in since the last aggregation, and when something happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simpy

from wfsim.messages import Assignment, Request
from wfsim.protocol import Progress
from wfsim.world.turn import Upload

if TYPE_CHECKING:
    from wfsim.world.desk import Desk

_AFTER_ALL_ELSE = 2  # SimPy's priorities: 0 urgent, 1 normal


@dataclass(kw_only=True, eq=False)
class Worker:
    """A device at work. `fate` is set when the server stops it: what becomes of it (None: it goes on)."""

    assignment: Assignment
    round: int
    process: simpy.Process | None = None
    fate: str | None = None

    def stop(self) -> None:
        """Tell the device to stop what it is doing."""
        if self.process is not None:
            self.process.interrupt(self.fate)


@dataclass(kw_only=True, eq=False)
class Floor:
    """The state of the server between events.

    `waiting` are uploads that came in and are in no version yet; `finished_s` tells when devices were done in this
    round; `downloads` and `messages` are transfers in flight, by name; `restarting` devices begin again at once;
    `desks` still answer requests. `turns` counts how often each device was sent to work, `waves` how often any were.
    """

    env: simpy.Environment
    workers: dict[str, Worker] = field(default_factory=dict)
    waiting: list[Upload] = field(default_factory=list)
    downloads: dict[str, simpy.Event] = field(default_factory=dict)
    messages: dict[str, simpy.Event] = field(default_factory=dict)
    restarting: list[str] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    finished_s: dict[str, float] = field(default_factory=dict)
    waves: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    _round: int = 0
    _started: int = 0
    _ended: int = 0
    _changed: simpy.Event | None = None

    def open(self, round_number: int) -> None:
        """A round begins."""
        self._round, self._started, self._ended = round_number, 0, 0
        self.finished_s, self.requests = {}, []
        self.downloads = {name: event for name, event in self.downloads.items() if not event.triggered}
        if not self.workers:
            self.desks = []

    def enter(self, worker: Worker) -> None:
        """A device starts; when its process ends it is idle again."""
        self.workers[worker.assignment.device] = worker
        self._started += 1
        if worker.process is None:
            raise RuntimeError(f"{worker.assignment.device} has no process")
        worker.process.callbacks.append(lambda event: self._left(worker, event))

    def _left(self, worker: Worker, event: simpy.Event) -> None:
        device = worker.assignment.device
        if event.ok:
            del self.workers[device]
            self._ended += worker.round == self._round
            self.finished_s[device] = self.env.now
            if event.value is not None:
                self.waiting.append(event.value)
            if self._changed is not None and not self._changed.triggered:
                self._changed.succeed()

    def progress(self, *, at_deadline: bool) -> Progress:
        """How far the round is."""
        return Progress(
            started=self._started,
            ended=self._ended,
            arrived=sum(upload.brought for upload in self.waiting),
            busy=len(self.workers),
            at_deadline=at_deadline,
        )

    def change(self) -> simpy.Event:
        """Fires when a device is done."""
        self._changed = self.env.event()
        return self._changed

    def after_all_else(self) -> simpy.Event:
        """Fires at this instant, after everything else that happens at it."""
        event = self.env.event()
        event._ok, event._value = True, None
        self.env.schedule(event, priority=_AFTER_ALL_ELSE)
        return event

    def take(self, most: int | None) -> list[Upload]:
        """The uploads for the next version, in order of arrival and then of name: all, or until `most` brought
        something."""
        ordered = sorted(self.waiting, key=lambda upload: (upload.t_s, upload.turn.device))
        taken: list[Upload] = []
        while ordered and (most is None or sum(upload.brought for upload in taken) < most):
            taken.append(ordered.pop(0))
        self.waiting = ordered
        return taken

    def versions_in_use(self, current: int) -> set[int]:
        """The current version and those that anybody at work began with."""
        return {current, *(worker.assignment.base_version for worker in self.workers.values())}
