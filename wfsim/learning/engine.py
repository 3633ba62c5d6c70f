"""Tickets: training that is submitted when a device starts it, and computed when something reads it.

The engine knows no time. A job nobody reads is never computed. Jobs are computed in *chunks*: ordered lists formed
from the scenario and the order of submission alone, never from cores or memory, each computed whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.base import Base
from wfsim.learning.trained import Trained
from wfsim.messages import Adapter


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """One device's training in one round: a pure function of what is in here and of the engine's settings.

    Outside the mask `trains` [entries] every entry keeps its start value; None: all that the adapter's shapes train.
    `base` is the frozen base that it trains on (None: W0).
    """

    device: str
    round: int
    base_version: int
    start: Adapter
    batches: tuple[NDArray[np.int64], ...]
    trains: NDArray[np.bool_] | None = None
    base: Base | None = None


@dataclass(kw_only=True, eq=False)
class Ticket:
    """A promise of what a job learns: `delta`, trained minus start, and the root mean square of its `loss`.

    While a run is replayed it has no job yet.
    """

    number: int
    job: Job | None
    delta: Adapter | None = None
    loss: float | None = None
    demanded: bool = False
    dropped: bool = False


@dataclass(frozen=True, kw_only=True)
class JobCounts:
    """Jobs submitted, computed because they were read, and computed without ever being read."""

    submitted: int
    computed: int
    speculative: int


Compute = Callable[[Sequence[Sequence[Job]]], Sequence[Sequence[Trained]]]


@dataclass(eq=False)
class Engine:
    """Computes jobs through `compute`, which maps chunks of jobs to chunks of what they learned, in the same order."""

    compute: Compute
    chunk_jobs: int
    unread: dict[int, Ticket] = field(default_factory=dict)  # by number, in order of submission
    submitted: int = 0
    demanded: int = 0
    computed: int = 0

    def submit(self, job: Job) -> Ticket:
        """Hand in a job; nothing is computed yet."""
        ticket = Ticket(number=self.submitted, job=job)
        self.unread[ticket.number] = ticket
        self.submitted += 1
        return ticket

    def drop(self, ticket: Ticket) -> None:
        """Nothing will ever read this ticket: it is not computed, not even to fill a chunk."""
        ticket.dropped = True
        self.unread.pop(ticket.number, None)

    def read(self, tickets: Iterable[Ticket]) -> list[Adapter]:
        """The deltas of tickets, computing those that are missing; a last chunk is filled with other pending jobs.

        A ticket is read once: the engine forgets it then. Raises RuntimeError for a ticket that was dropped.
        """
        wanted = list(tickets)
        for ticket in wanted:
            self._demand(ticket)
        missing = sorted((t for t in wanted if t.delta is None), key=lambda ticket: ticket.number)
        if missing:
            self._run(self._fill(missing))
        for ticket in wanted:
            self.unread.pop(ticket.number, None)
        return [ticket.delta for ticket in wanted if ticket.delta is not None]

    def _demand(self, ticket: Ticket) -> None:
        if ticket.dropped:
            raise RuntimeError(f"ticket {ticket.number} was dropped and then read")
        self.demanded += not ticket.demanded
        ticket.demanded = True

    @property
    def counts(self) -> JobCounts:
        """Counts so far."""
        speculative = self.computed - self.demanded
        return JobCounts(submitted=self.submitted, computed=self.demanded, speculative=speculative)

    def _fill(self, missing: list[Ticket]) -> list[Ticket]:
        room = -len(missing) % self.chunk_jobs
        taken = {ticket.number for ticket in missing}
        pending = [t for number, t in self.unread.items() if t.delta is None and number not in taken]
        return missing + pending[:room]

    def _run(self, tickets: list[Ticket]) -> None:
        chunks = [tickets[i : i + self.chunk_jobs] for i in range(0, len(tickets), self.chunk_jobs)]
        results = self.compute([[t.job for t in chunk if t.job is not None] for chunk in chunks])
        for chunk, learned in zip(chunks, results, strict=True):
            for ticket, trained in zip(chunk, learned, strict=True):
                ticket.delta, ticket.loss = trained.delta, trained.loss
        self.computed += len(tickets)
