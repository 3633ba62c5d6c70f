"""The learning side of a run as the event loop sees it: versions, tickets and what devices hold. No simulated time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate import Aggregator
from wfsim.aggregate.covariance import covariance_norm
from wfsim.compress import Codec
from wfsim.errors import RunError
from wfsim.learning.engine import Engine, Job, JobCounts, Ticket
from wfsim.learning.evaluation import Score
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter, Arrival, Update, Values
from wfsim.rng import Streams

Mask = NDArray[np.bool_]

_ADVICE = "a lower learning rate may help (learning.local.optimizer.lr)"


@dataclass(frozen=True, kw_only=True, eq=False)
class Upload:
    """What one device's upload left at the server: which of its fragments arrived, and the promise of their content."""

    device: str
    base_version: int
    ticket: Ticket | None
    arrived: Mask
    coverage: float


class Federation(Protocol):
    """What processes ask of learning. `version` counts the aggregations that changed the global adapter."""

    version: int

    def download(self, device: str, fragments: Mask) -> None:
        """The device received these fragments of the current version."""

    def submit(self, device: str, round_number: int) -> Ticket | None:
        """The device starts training from what it holds."""

    def drop(self, ticket: Ticket | None) -> None:
        """Nobody will ever want this result."""

    def aggregate(self, uploads: Sequence[Upload]) -> float | None:
        """Make the next version from a round's uploads; returns the covariance norm, None if nothing is learned."""

    def evaluate(self) -> Score | None:
        """Try the current version on held-out data; None if nothing is learned."""

    def mark(self) -> Federation:
        """A round is over: a good moment to remember everything. Returns the federation to go on with."""

    def counts(self) -> JobCounts | None:
        """Jobs so far; None if nothing is learned."""

    def export(self, directory: Path) -> None:
        """Write the current adapter in PEFT's format, if there is one."""


@dataclass(kw_only=True, eq=False)
class TimingOnly:
    """A federation that learns nothing (`learning: {kind: none}`): versions are counted, content does not exist."""

    version: int = 0

    def download(self, device: str, fragments: Mask) -> None:
        """Nothing is held."""

    def submit(self, device: str, round_number: int) -> None:
        """Nothing is trained."""

    def drop(self, ticket: Ticket | None) -> None:
        """Nothing was submitted."""

    def aggregate(self, uploads: Sequence[Upload]) -> None:
        """Count a version if anything arrived."""
        self.version += any(upload.arrived.any() for upload in uploads)

    def evaluate(self) -> None:
        """Nothing to try."""

    def mark(self) -> Federation:
        """Nothing to remember: a repetition takes no training."""
        return self

    def counts(self) -> None:
        """No jobs."""

    def export(self, directory: Path) -> None:
        """No adapter."""


@dataclass(kw_only=True, eq=False)
class Learned:
    """A federation that trains: real updates, encoded, cut to the fragments that arrived, decoded and averaged.

    A device holds the newest value it received of every entry; `current` is version 0 for everybody at the start.
    """

    workload: Workload
    streams: Streams
    engine: Engine
    try_out: Callable[[Adapter], Score]
    aggregator: Aggregator
    codec: Codec
    download_codec: Codec
    max_fragment_bytes: int
    current: Adapter
    keep: Callable[[Learned], None] | None = None
    score: Score | None = None
    version: int = 0
    held: dict[str, Values] = field(default_factory=dict)
    _decoded: tuple[int, tuple[bytes, ...], Values] | None = None

    def __post_init__(self) -> None:
        self._initial = self.current.vector()

    def download(self, device: str, fragments: Mask) -> None:
        encoded, values = self._download_content()
        if fragments.all():
            self.held[device] = values
        else:
            came = [fragment for fragment, arrived in zip(encoded, fragments, strict=True) if arrived]
            received, mask = self.download_codec.decode(came, self.workload.shapes)
            self.held[device] = np.where(mask, received, self.held.get(device, self._initial))

    def _download_content(self) -> tuple[tuple[bytes, ...], Values]:
        """Fragments of the current version and the values of all of them together, worked out once per version."""
        if self._decoded is None or self._decoded[0] != self.version:
            shapes = self.workload.shapes
            fragments = self.download_codec.encode(self.current, shapes, self.max_fragment_bytes).fragments
            self._decoded = (self.version, fragments, self.download_codec.decode(fragments, shapes)[0])
        return self._decoded[1:]

    def submit(self, device: str, round_number: int) -> Ticket:
        indices = self.workload.shards.train[device]
        return self.engine.submit(
            Job(
                device=device,
                round=round_number,
                base_version=self.version,
                start=Adapter.from_vector(self.workload.shapes, self.held[device]),
                batches=self.workload.settings.local.batches(self.streams, device, round_number, indices),
            )
        )

    def drop(self, ticket: Ticket | None) -> None:
        if ticket is not None:
            self.engine.drop(ticket)

    def aggregate(self, uploads: Sequence[Upload]) -> float | None:
        if not any(upload.arrived.any() for upload in uploads):
            return None
        arrivals = self._arrivals(uploads)
        norm = covariance_norm(self.current, arrivals, self.workload.settings.adapter.scale)
        self.current = self.aggregator.aggregate(self.current, arrivals, self.workload.shapes)
        self.version, self.score = self.version + 1, None
        return norm

    def _arrivals(self, uploads: Sequence[Upload]) -> list[Arrival]:
        read = [upload.ticket for upload in uploads if upload.arrived.any() and upload.ticket is not None]
        self.engine.read(read)
        for ticket in read:
            _check_finite(ticket)
        return [self._arrival(upload) for upload in uploads]

    def _arrival(self, upload: Upload) -> Arrival:
        """What the server can decode: an upload that was wholly lost has an empty mask and was never computed."""
        shapes = self.workload.shapes
        vector, mask = self.codec.decode(self._fragments_that_came(upload), shapes)
        values, weight = Adapter.from_vector(shapes, vector), float(self.workload.examples(upload.device))
        update = Update(pairs=values.pairs, dense=values.dense, base_version=upload.base_version, weight=weight)
        staleness = self.version - upload.base_version
        return Arrival(members=(upload.device,), update=update, mask=mask, staleness=staleness)

    def _fragments_that_came(self, upload: Upload) -> list[bytes]:
        if upload.ticket is None or upload.ticket.delta is None:
            return []
        delta, shapes = upload.ticket.delta, self.workload.shapes
        fragments = self.codec.encode(delta, shapes, self.max_fragment_bytes).fragments
        return [fragment for fragment, came in zip(fragments, upload.arrived, strict=True) if came]

    def evaluate(self) -> Score:
        if self.score is None:
            self.score = self.try_out(self.current)
        if not math.isfinite(self.score.loss):
            raise RunError(
                f"version {self.version}: training diverged: the loss on held-out data is not finite; {_ADVICE}"
            )
        return self.score

    def mark(self) -> Federation:
        if self.keep is not None:
            self.keep(self)
        return self

    def counts(self) -> JobCounts:
        return self.engine.counts

    def export(self, directory: Path) -> None:
        from wfsim.learning.peft_format import write_peft

        settings = self.workload.settings
        write_peft(
            directory,
            self.current,
            settings=settings.adapter,
            shapes=self.workload.shapes,
            base_model_name=settings.model.kind,
            head=[module.name for module in self.workload.encoder.head],
            task_type="SEQ_CLS" if self.workload.encoder.task == "text" else None,
        )


def _check_finite(ticket: Ticket) -> None:
    job, delta = ticket.job, ticket.delta
    if job is not None and delta is not None and not np.isfinite(delta.vector()).all():
        raise RunError(f"round {job.round}: training on {job.device} diverged: its update is not finite; {_ADVICE}")
