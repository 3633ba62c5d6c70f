"""A federation that repeats what the journal recorded, up to a checkpoint; nothing is computed on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import RunError
from wfsim.learning.engine import JobCounts, Ticket
from wfsim.learning.evaluation import Score
from wfsim.messages import Assignment, Plan
from wfsim.world.encoder import Wire
from wfsim.world.federation import Durable, EdgeUpload, Federation, Made
from wfsim.world.outbox import Outbox
from wfsim.world.structure import Structure
from wfsim.world.turn import Mask, Turn, Upload

Line = Mapping[str, Any]


class Recorded:
    """What a journal's records say that came from learning, each in the order in which it was asked for."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines: dict[str, list[Line]] = {}
        for line in lines:
            self._lines.setdefault(line["type"], []).append(line)
        self._read = {name: iter(kept) for name, kept in self._lines.items()}

    def score(self) -> Score:
        """Of the next evaluation."""
        line = self._next("evaluated")
        return Score(accuracy=line["accuracy"], loss=line["loss"], device_accuracy=line["device_accuracy"])

    def made(self, updates: str, *, measured: bool) -> Made:
        """How the next version came about; `updates` is the type of its record."""
        line, structure = self._next(updates), None
        if measured and (facts := self._measured(line["version"])) is not None:
            structure = Structure(**{name: facts[name] for name in Structure.__dataclass_fields__})
        return Made(covariance_norm=line["covariance_norm"], device_loss=line["device_loss"], structure=structure)

    def _measured(self, version: int) -> Line | None:
        """Absent where every matrix was still zero."""
        return next((line for line in self._lines.get("updates_measured", []) if line["version"] == version), None)

    def dropped(self) -> NDArray[np.float64]:
        """Of the next request."""
        return np.array(self._next("requested")["dropped"])

    def encoded(self) -> Plan:
        """Sizes of the next upload whose codec has no plan."""
        line = self._next("update_encoded")
        sizes, entries = tuple(line["fragment_bytes"]), tuple(line["fragment_entries"])
        return Plan(fragment_bytes=sizes, fragment_entries=entries)

    def _next(self, what: str) -> Line:
        try:
            return next(self._read[what])
        except (KeyError, StopIteration):
            message = f"the journal holds too few {what} records for its checkpoint; --force starts afresh"
            raise RunError(message) from None


@dataclass(kw_only=True, eq=False)
class Replayed:
    """Answers from recorded facts until the `marks`-th mark; then `go_on(turns)` gives the live federation.

    Turns handed out meanwhile are promises without a job: those still in use at the end get theirs from the checkpoint.
    """

    marks: int
    recorded: Recorded
    wire: Wire
    outbox: Outbox
    measures_structure: bool
    go_on: Callable[[Mapping[int, Turn]], Federation]
    updates: str = "model_updated"
    version: int = 0
    durable: Durable = field(default_factory=Durable)
    _turns: dict[int, Turn] = field(default_factory=dict)

    def send(self, devices: Sequence[str]) -> Plan:
        """As it was then."""
        return self.outbox.send(devices, self.version)

    def download(self, device: str, version: int, fragments: Mask) -> None:
        """What devices hold is in the checkpoint, and which versions is found again."""
        if fragments.all():
            self.outbox.received(device)

    def submit(self, assignment: Assignment) -> Turn:
        """A promise without a job."""
        number = len(self._turns)
        turn = Turn(
            number=number,
            device=assignment.device,
            round=assignment.round,
            base_version=assignment.base_version,
            ticket=Ticket(number=number, job=None),
        )
        self._turns[number] = turn
        return turn

    def dropped_energy(self, turn: Turn) -> NDArray[np.float64]:
        """As it was requested."""
        return self.recorded.dropped()

    def prepare(self, turn: Turn, keep: int | None) -> Plan:
        """The codec's plan, or the sizes that were recorded."""
        turn.keep = keep
        return self.wire.plan(keep, turn.base_version) or self.recorded.encoded()

    def hold(self, turn: Turn) -> None:
        """As it was then."""
        turn.held, turn.arrived = True, np.zeros(0, dtype=bool)

    def land(self, turn: Turn, arrived: Mask) -> None:
        """As it was then."""
        turn.arrived = arrived

    def drop(self, turn: Turn) -> None:
        """As it was then."""
        turn.done = True
        if turn.ticket is not None:
            turn.ticket.dropped = True

    def lose(self, turn: Turn) -> None:
        """As it was then."""
        turn.lost = True
        if not self.wire.codec.has_memory:
            self.drop(turn)

    def reset(self, device: str) -> None:
        """What devices hold is in the checkpoint."""
        self.outbox.reset(device)

    def persist(self) -> None:
        """Remember the version's number; its content is in the checkpoint."""
        self.durable.store(self.version)

    def restore(self) -> tuple[int, int]:
        """A new number."""
        self.version += 1
        return self.durable.restored_as(self.version)

    def aggregate(self, uploads: Sequence[Upload]) -> Made | None:
        """What was recorded of it."""
        if not any(upload.brought for upload in uploads):
            return None
        self.version += 1
        self.outbox.made(self.version, sum(upload.brought for upload in uploads))
        return self.recorded.made(self.updates, measured=self.measures_structure)

    def edge(self, name: str) -> Federation:
        """An edge that repeats its own records; turns are counted together."""
        edge = Replayed(
            marks=self.marks,
            recorded=self.recorded,
            wire=self.wire,
            outbox=self.outbox,
            measures_structure=False,
            go_on=self.go_on,
            updates="edge_updated",
        )
        edge._turns = self._turns
        return edge

    def join(self, edges: Sequence[EdgeUpload]) -> Made | None:
        """What was recorded of it."""
        if not any(edge.brought for edge in edges):
            return None
        self.version += 1
        return self.recorded.made("model_updated", measured=False)

    def evaluate(self) -> Score:
        """The score that was recorded."""
        return self.recorded.score()

    def mark(self, in_use: Set[int]) -> Federation:
        """The live federation once the checkpoint is reached."""
        self.marks -= 1
        return self if self.marks else self.go_on(self._turns)

    def counts(self) -> JobCounts | None:
        """Never asked before the checkpoint of the last round."""
        raise RunError("the run ends before its checkpoint; --force starts it afresh")

    def export(self, directory: Path) -> None:
        """The adapter is in the checkpoint: a run that is stopped while it is replayed writes none."""
