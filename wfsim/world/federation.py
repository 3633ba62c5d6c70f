"""The learning side of a run as the event loop sees it: versions, turns and what devices hold. No simulated time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.engine import JobCounts
from wfsim.learning.evaluation import Score
from wfsim.learning.spectrum import AssumedSpectrum
from wfsim.messages import Assignment, Plan
from wfsim.world.encoder import Wire
from wfsim.world.outbox import Outbox
from wfsim.world.structure import Structure
from wfsim.world.turn import Mask, Turn, Upload


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a version came about: facts that are journaled. `device_loss` by device that reported one."""

    covariance_norm: float
    device_loss: Mapping[str, float]
    structure: Structure | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeUpload:
    """What came of an edge's update: its federation, the devices whose work is in it, fragments [fragments] that
    `arrived` at the cloud."""

    edge: str
    federation: Federation
    devices: tuple[str, ...]
    arrived: Mask

    @property
    def brought(self) -> bool:
        """Whether anything arrived."""
        return bool(self.arrived.any())


class Federation(Protocol):
    """What processes ask of learning. `version` counts the aggregations that changed the global adapter."""

    version: int

    def send(self, devices: Sequence[str]) -> Plan:
        """These devices are sent the current version in one payload: what will fly."""

    def download(self, device: str, version: int, fragments: Mask) -> None:
        """The device received these fragments of a version."""

    def submit(self, assignment: Assignment) -> Turn:
        """The device starts training from what it holds."""

    def dropped_energy(self, turn: Turn) -> NDArray[np.float64]:
        """Share of the update's energy left out if 1, 2, ... ranks were kept, [ranks]."""

    def prepare(self, turn: Turn, keep: int | None) -> Plan:
        """The device sends its update under a grant: what will fly."""

    def hold(self, turn: Turn) -> None:
        """The device keeps its update back and adds it to its next one."""

    def land(self, turn: Turn, arrived: Mask) -> None:
        """The upload is over, and this came through."""

    def drop(self, turn: Turn) -> None:
        """The device gives its turn up: nobody will ever want this result."""

    def lose(self, turn: Turn) -> None:
        """The server has lost an upload that had arrived."""

    def reset(self, device: str) -> None:
        """The device has lost what it held and owed."""

    def persist(self) -> None:
        """The current version is stored where it survives the server."""

    def restore(self) -> tuple[int, int]:
        """Go back to the version that was stored last, under a new number; how many are lost, and the stored one's."""

    def aggregate(self, uploads: Sequence[Upload]) -> Made | None:
        """Make the next version from uploads; None if nothing is learned."""

    def evaluate(self) -> Score | None:
        """Try the current version on held-out data; None if nothing is learned."""

    def mark(self, in_use: Set[int]) -> Federation:
        """A round is over: a good moment to remember everything. Nobody works from other versions than these any more.
        Returns the federation to go on with."""

    def edge(self, name: str) -> Federation:
        """An edge's own federation: it starts from the current version, as its version 0, with the same devices."""

    def join(self, edges: Sequence[EdgeUpload]) -> Made | None:
        """Make the next version from edges' updates."""

    def counts(self) -> JobCounts | None:
        """Jobs so far; None if nothing is learned."""

    def export(self, directory: Path) -> None:
        """Write the current adapter in PEFT's format, if there is one."""


@dataclass(kw_only=True)
class Durable:
    """Which version the server has stored, and how many were made since."""

    version: int = 0

    def store(self, version: int) -> None:
        """This one is stored now."""
        self.version = version

    def restored_as(self, version: int) -> tuple[int, int]:
        """The stored version is in use again under the next number: how many were lost, and its old number."""
        lost, old = version - 1 - self.version, self.version
        self.version = version
        return lost, old


@dataclass(kw_only=True, eq=False)
class TimingOnly:
    """A federation that learns nothing (`learning: {kind: none}`): versions are counted, content does not exist.

    Scores follow the assumed spectrum, and where values decide sizes an assumed update is encoded: both are addressed
    by (device, round).
    """

    wire: Wire
    spectrum: AssumedSpectrum
    outbox: Outbox
    version: int = 0
    durable: Durable = field(default_factory=Durable)
    _turns: int = 0

    def send(self, devices: Sequence[str]) -> Plan:
        """Its size."""
        return self.outbox.send(devices, self.version)

    def download(self, device: str, version: int, fragments: Mask) -> None:
        """Versions alone are held."""
        if np.count_nonzero(fragments) == len(fragments):
            self.outbox.received(device)

    def submit(self, assignment: Assignment) -> Turn:
        """Nothing is trained."""
        self._turns += 1
        return Turn(
            number=self._turns - 1,
            device=assignment.device,
            round=assignment.round,
            base_version=assignment.base_version,
        )

    def dropped_energy(self, turn: Turn) -> NDArray[np.float64]:
        """Of the assumed spectrum."""
        return self.spectrum.dropped(self.wire.streams, turn.device, turn.round, self.wire.shapes.rank)

    def prepare(self, turn: Turn, keep: int | None) -> Plan:
        """The codec's plan, or the sizes of an assumed update."""
        turn.keep = keep
        version = turn.base_version
        return self.wire.plan(keep, version) or self.wire.assumed(self.spectrum, turn.device, turn.round, keep, version)

    def hold(self, turn: Turn) -> None:
        """Nothing is owed."""

    def land(self, turn: Turn, arrived: Mask) -> None:
        """Nothing is read."""
        turn.arrived = arrived

    def drop(self, turn: Turn) -> None:
        """Nothing was submitted."""

    def lose(self, turn: Turn) -> None:
        """Nothing is lost."""

    def reset(self, device: str) -> None:
        """Nothing is held."""
        self.outbox.reset(device)

    def persist(self) -> None:
        """Remember the version's number."""
        self.durable.store(self.version)

    def restore(self) -> tuple[int, int]:
        """A new number."""
        self.version += 1
        return self.durable.restored_as(self.version)

    def aggregate(self, uploads: Sequence[Upload]) -> None:
        """Count a version if anything arrived."""
        brought = sum(upload.brought for upload in uploads)
        self.version += brought > 0
        if brought:
            self.outbox.made(self.version, brought)

    def edge(self, name: str) -> Federation:
        """Versions are counted there too."""
        return TimingOnly(wire=self.wire, spectrum=self.spectrum, outbox=self.outbox)

    def join(self, edges: Sequence[EdgeUpload]) -> None:
        """Count a version if anything arrived."""
        self.version += any(edge.brought for edge in edges)

    def evaluate(self) -> None:
        """Nothing to try."""

    def mark(self, in_use: Set[int]) -> Federation:
        """Nothing to remember: a repetition takes no training."""
        return self

    def counts(self) -> None:
        """No jobs."""

    def export(self, directory: Path) -> None:
        """No adapter."""
