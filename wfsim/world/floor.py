"""Who is at work, what has come in since the last aggregation, and when something happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

import simpy

from wfsim.messages import Assignment, Request
from wfsim.protocol import Progress
from wfsim.world.turn import Upload

if TYPE_CHECKING:
    from wfsim.world.desk import Desk
    from wfsim.world.passage import Descent

_AFTER_ALL_ELSE = 2  # SimPy's priorities: 0 urgent, 1 normal


@dataclass(kw_only=True, eq=False)
class Worker:
    """A device at work. `fate` is set when the server stops it: what becomes of it (None: it goes on)."""

    assignment: Assignment
    round: int
    process: simpy.Process | None = None
    fate: str | None = None

    @property
    def is_lost(self) -> bool:
        """Whether nothing of its turn can count any more: the run is over, or it or the server failed."""
        return self.fate in ("end", "crash", "server_crash")

    def stop(self) -> None:
        """Tell the device to stop what it is doing."""
        if self.process is not None:
            self.process.interrupt(cause_of(self.fate))


def cause_of(fate: str | None) -> str:
    """Why what a device has on its way is stopped, as the journal says it."""
    return {"end": "end", "crash": "crash", "server_crash": "crash"}.get(fate or "", "round")


@dataclass(kw_only=True, eq=False)
class Floor:
    """The state of the server between events.

    `waiting` are uploads that came in and are in no version yet; `finished_s` tells when devices were done in this
    round; `downloads` and `messages` are transfers in flight, by name, and `listening` a device's latest download;
    `restarting` devices begin again at once; `desks` still answer requests. `turns` counts how often each device was
    sent to work (`attempts`: in this round), `waves` how often any were, `busy` the devices at work in every cell
    (`station_of` a device). `down` are those that are away, `crashed` those of them that begin their turn again when
    they are back. Counts are kept, for devices may be 1e5.
    """

    env: simpy.Environment
    station_of: Callable[[str], str]
    busy: Counter[str] = field(default_factory=Counter)
    workers: dict[str, Worker] = field(default_factory=dict)
    waiting: list[Upload] = field(default_factory=list)
    downloads: dict[str, Descent] = field(default_factory=dict)
    messages: dict[str, Descent] = field(default_factory=dict)
    restarting: list[str] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    finished_s: dict[str, float] = field(default_factory=dict)
    waves: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    down: set[str] = field(default_factory=set)
    listening: dict[str, Descent] = field(default_factory=dict)
    crashed: set[str] = field(default_factory=set)
    _round: int = 0
    _started: int = 0
    _ended: int = 0
    _brought: int = 0
    _changed: simpy.Event | None = None

    @property
    def round(self) -> int:
        """The number of the round that is open."""
        return self._round

    def open(self, round_number: int, *, forget: bool) -> None:
        """A round begins. `forget` what belongs to the one before: who crashed in it, and how often turns began."""
        if forget:
            self.crashed.clear()
            self.attempts.clear()
        self._round, self._started, self._ended = round_number, 0, 0
        self.finished_s, self.requests = {}, []
        self.downloads = {name: each for name, each in self.downloads.items() if not each.done.triggered}
        if not self.workers:
            self.desks = []

    def enter(self, worker: Worker) -> None:
        """A device starts; when its process ends it is idle again."""
        device = worker.assignment.device
        self.workers[device] = worker
        self.busy[self.station_of(device)] += 1
        self._started += 1
        if worker.process is None:
            raise RuntimeError(f"{device} has no process")
        worker.process.callbacks.append(lambda event: self._left(worker, event))

    def _left(self, worker: Worker, event: simpy.Event) -> None:
        device = worker.assignment.device
        if event.ok:
            del self.workers[device]
            self.busy[self.station_of(device)] -= 1
            self._ended += worker.round == self._round
            self.finished_s[device] = self.env.now
            if event.value is not None:
                self.waiting.append(event.value)
                self._brought += event.value.brought
            self.stir()

    def stir(self) -> None:
        """Wake the server: something has changed."""
        if self._changed is not None and not self._changed.triggered:
            self._changed.succeed()

    def progress(self, *, at_deadline: bool) -> Progress:
        """How far the round is."""
        return Progress(
            started=self._started,
            ended=self._ended,
            arrived=self._brought,
            busy=len(self.workers),
            at_deadline=at_deadline,
        )

    def change(self) -> simpy.Event:
        """Fires when a device is done or there again."""
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
        brought = accumulate((upload.brought for upload in ordered), initial=0)
        count = sum(before < most for before in brought) if most is not None else len(ordered)
        taken, self.waiting = ordered[:count], ordered[count:]
        self._brought = sum(upload.brought for upload in self.waiting)
        return taken

    def lose(self) -> list[Upload]:
        """Uploads that wait are lost with the server's memory."""
        lost, self.waiting, self._brought = self.waiting, [], 0
        return lost

    def versions_in_use(self, current: int) -> set[int]:
        """The current version and those that anybody at work began with."""
        return {current, *(worker.assignment.base_version for worker in self.workers.values())}
