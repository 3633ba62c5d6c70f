"""Tickets: training that is submitted when a device starts it, and computed when something reads it.

The engine knows no time. A job nobody reads is never computed. Jobs are computed in *chunks*: ordered lists formed
from the scenario and the order of submission alone, never from cores or memory, each computed whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Adapter


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """One device's training in one round: a pure function of what is in here and of the engine's settings."""

    device: str
    round: int
    base_version: int
    start: Adapter
    batches: tuple[NDArray[np.int64], ...]


@dataclass(kw_only=True, eq=False)
class Ticket:
    """A promise of what a job learns: `delta`, trained minus start."""

    number: int
    job: Job
    delta: Adapter | None = None
    demanded: bool = False
    dropped: bool = False


@dataclass(frozen=True, kw_only=True)
class JobCounts:
    """Jobs submitted, computed because they were read, and computed without ever being read."""

    submitted: int
    computed: int
    speculative: int


Compute = Callable[[Sequence[Sequence[Job]]], Sequence[Sequence[Adapter]]]


@dataclass(eq=False)
class Engine:
    """Computes jobs through `compute`, which maps chunks of jobs to chunks of deltas, in the same order."""

    compute: Compute
    chunk_jobs: int
    _pending: dict[int, Ticket] = field(default_factory=dict)
    _submitted: int = 0
    _demanded: int = 0
    _computed: int = 0

    def submit(self, job: Job) -> Ticket:
        """Hand in a job; nothing is computed yet."""
        ticket = Ticket(number=self._submitted, job=job)
        self._pending[ticket.number] = ticket
        self._submitted += 1
        return ticket

    def drop(self, ticket: Ticket) -> None:
        """Nothing will ever read this ticket: it is not computed, not even to fill a chunk."""
        ticket.dropped = True
        self._pending.pop(ticket.number, None)

    def read(self, tickets: Iterable[Ticket]) -> list[Adapter]:
        """The deltas of tickets, computing those that are missing; a last chunk is filled with other pending jobs.

        Raises RuntimeError for a ticket that was dropped.
        """
        wanted = list(tickets)
        for ticket in wanted:
            self._demand(ticket)
        missing = sorted((t for t in wanted if t.delta is None), key=lambda ticket: ticket.number)
        if missing:
            self._run(self._fill(missing))
        return [ticket.delta for ticket in wanted if ticket.delta is not None]

    def _demand(self, ticket: Ticket) -> None:
        if ticket.dropped:
            raise RuntimeError(f"ticket {ticket.number} was dropped and then read")
        self._demanded += not ticket.demanded
        ticket.demanded = True

    @property
    def counts(self) -> JobCounts:
        """Counts so far."""
        speculative = self._computed - self._demanded
        return JobCounts(submitted=self._submitted, computed=self._demanded, speculative=speculative)

    def _fill(self, missing: list[Ticket]) -> list[Ticket]:
        room = -len(missing) % self.chunk_jobs
        taken = {ticket.number for ticket in missing}
        return missing + [ticket for number, ticket in self._pending.items() if number not in taken][:room]

    def _run(self, tickets: list[Ticket]) -> None:
        chunks = [tickets[i : i + self.chunk_jobs] for i in range(0, len(tickets), self.chunk_jobs)]
        results = self.compute([[ticket.job for ticket in chunk] for chunk in chunks])
        for chunk, deltas in zip(chunks, results, strict=True):
            for ticket, delta in zip(chunk, deltas, strict=True):
                ticket.delta = delta
                del self._pending[ticket.number]
        self._computed += len(tickets)
