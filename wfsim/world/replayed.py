"""A federation that repeats what the journal recorded, up to a checkpoint; nothing is computed on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfsim.errors import RunError
from wfsim.learning.engine import JobCounts, Ticket
from wfsim.learning.evaluation import Score
from wfsim.world.federation import Federation, Mask, Upload

Line = Mapping[str, Any]


@dataclass(kw_only=True, eq=False)
class Replayed:
    """Answers from recorded facts until the `marks`-th mark; then `go_on(tickets)` gives the live federation.

    Tickets handed out meanwhile are promises without a job: those still unread at the end get theirs from the
    checkpoint.
    """

    marks: int
    norms: Iterator[float]
    scores: Iterator[Score]
    go_on: Callable[[Mapping[int, Ticket]], Federation]
    version: int = 0
    _submitted: int = 0
    _unread: dict[int, Ticket] = field(default_factory=dict)

    def download(self, device: str, fragments: Mask) -> None:
        """What devices hold is in the checkpoint."""

    def submit(self, device: str, round_number: int) -> Ticket:
        """A promise without a job."""
        ticket = Ticket(number=self._submitted, job=None)
        self._unread[ticket.number] = ticket
        self._submitted += 1
        return ticket

    def drop(self, ticket: Ticket | None) -> None:
        """As it was then."""
        if ticket is not None:
            ticket.dropped = True
            self._unread.pop(ticket.number, None)

    def aggregate(self, uploads: Sequence[Upload]) -> float | None:
        """The covariance norm that was recorded."""
        if not any(upload.arrived.any() for upload in uploads):
            return None
        for upload in uploads:
            if upload.ticket is not None and upload.arrived.any():
                self._unread.pop(upload.ticket.number, None)
        self.version += 1
        return _next(self.norms, "model_updated")

    def evaluate(self) -> Score:
        """The score that was recorded."""
        return _next(self.scores, "evaluated")

    def mark(self) -> Federation:
        """The live federation once the checkpoint is reached."""
        self.marks -= 1
        return self if self.marks else self.go_on(self._unread)

    def counts(self) -> JobCounts | None:
        """Never asked before the checkpoint of the last round."""
        raise RunError("the run ends before its checkpoint; --force starts it afresh")

    def export(self, directory: Path) -> None:
        """The adapter is in the checkpoint: a run that is stopped while it is replayed writes none."""


def recorded_norms(lines: Iterable[Line]) -> Iterator[float]:
    """Covariance norms of a journal, in order."""
    return (line["covariance_norm"] for line in lines if line["type"] == "model_updated")


def recorded_scores(lines: Iterable[Line]) -> Iterator[Score]:
    """Scores of a journal, in order."""
    for line in lines:
        if line["type"] == "evaluated":
            yield Score(accuracy=line["accuracy"], loss=line["loss"], device_accuracy=line["device_accuracy"])


def _next(facts: Iterator[Any], what: str) -> Any:
    try:
        return next(facts)
    except StopIteration:
        raise RunError(f"the journal holds too few {what} records for its checkpoint; --force starts afresh") from None
