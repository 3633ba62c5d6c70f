"""A federation that trains: real updates, encoded, cut to the fragments that arrived, decoded and averaged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate import Aggregator, State
from wfsim.aggregate.covariance import covariance_norm
from wfsim.compress import Codec
from wfsim.errors import RunError
from wfsim.learning.adapter import fresh_pairs
from wfsim.learning.base import Base
from wfsim.learning.engine import Engine, Job, JobCounts, Ticket
from wfsim.learning.evaluation import Score
from wfsim.learning.masks import trained_entries, truncated
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter, Arrival, Assignment, Plan, Update, Values
from wfsim.world.encoder import Encoder, Wire
from wfsim.world.federation import Durable, EdgeUpload, Federation, Made
from wfsim.world.holdings import Holdings
from wfsim.world.moving_base import MovingBase
from wfsim.world.outbox import Outbox
from wfsim.world.structure import Structure, structure_of
from wfsim.world.turn import Mask, Turn, Upload

_ADVICE = "a lower learning rate may help (learning.local.optimizer.lr)"


@dataclass(kw_only=True, eq=False)
class Learned:
    """A device holds the newest value it received of every entry; `current` is version 0 for everybody at the start.

    `live` are the turns that have not been used up.
    `memory` is what the aggregator remembers, `stored_memory` what it did when `stored` was.
    """

    workload: Workload
    wire: Wire
    engine: Engine
    try_out: Callable[[Adapter, Base | None], Score]
    aggregator: Aggregator
    download_codec: Codec
    edge_codec: Codec
    current: Adapter
    measures_structure: bool = False
    keep: Callable[[Learned], None] | None = None
    score: Score | None = None
    version: int = 0
    name: str = "server"
    durable: Durable = field(default_factory=Durable)
    live: dict[int, Turn] = field(default_factory=dict)
    encoder: Encoder = field(init=False)
    false_devices: frozenset[str] = field(init=False)
    memory: State = field(init=False)
    stored_memory: State = field(init=False)
    holdings: Holdings = field(init=False)

    def __post_init__(self) -> None:
        self.memory = self.stored_memory = self.aggregator.begin(self.workload.shapes)
        self.holdings = self._holdings()
        self.holdings.versions[self.version] = self.current
        self.stored = self.current
        attack, devices = self.workload.settings.attack, self.workload.shards.train
        self.false_devices = attack.attackers(self.wire.streams, devices)
        self.encoder = Encoder(wire=self.wire, read=self._read, sent=self._sent)

    def _holdings(self) -> Holdings:
        outbox = Outbox(
            aggregator=self.aggregator,
            codec=self.download_codec,
            shapes=self.workload.shapes,
            max_fragment_bytes=self.wire.max_fragment_bytes,
        )
        scale, moves = self.workload.settings.adapter.scale, self.aggregator.moves_base
        return Holdings(
            wire=self.wire,
            codec=self.download_codec,
            outbox=outbox,
            moving=MovingBase(wire=self.wire, outbox=outbox, scale=scale) if moves else None,
            initial=self.current.vector(),
            name=self.name,
        )

    # what devices do

    def send(self, devices: Sequence[str]) -> Plan:
        return self.holdings.send(devices, self.version)

    def download(self, device: str, version: int, fragments: Mask) -> None:
        self.holdings.receive(device, version, fragments)

    def submit(self, assignment: Assignment) -> Turn:
        ticket = self.engine.submit(self._job(assignment))
        turn = Turn(
            number=ticket.number,
            device=assignment.device,
            round=assignment.round,
            base_version=assignment.base_version,
            ticket=ticket,
        )
        self.live[turn.number] = turn
        return turn

    def _job(self, assignment: Assignment) -> Job:
        device, shapes = assignment.device, self.workload.shapes
        start = self.holdings.held[device]
        if self.aggregator.truncates:
            start = truncated(start, shapes, assignment.rank)
        return Job(
            device=device,
            round=assignment.round,
            base_version=assignment.base_version,
            start=Adapter.from_vector(shapes, start),
            batches=self.workload.settings.local.batches(
                self.wire.streams,
                device,
                assignment.round,
                self.workload.shards.train[device],
                steps=assignment.local_steps,
            ),
            trains=trained_entries(shapes.at(assignment.base_version), assignment.rank),
            base=self.holdings.base(device),
        )

    def dropped_energy(self, turn: Turn) -> NDArray[np.float64]:
        values, source = self.encoder.flying(turn), self.encoder.source(turn)
        return self.wire.codec.dropped_energy(values, self.workload.shapes.at(turn.base_version), source)

    def prepare(self, turn: Turn, keep: int | None) -> Plan:
        turn.keep = keep
        version = turn.base_version
        plan = self.wire.plan(keep, version) or self.wire.measure(self.encoder.payload(turn), version)
        self.encoder.sends(turn)
        return plan

    def hold(self, turn: Turn) -> None:
        turn.held, turn.arrived = True, np.zeros(0, dtype=bool)
        self.encoder.sends(turn)

    def land(self, turn: Turn, arrived: Mask) -> None:
        turn.arrived = arrived
        if not arrived.any() and not self.wire.codec.has_memory:
            self.drop(turn)

    def _sent(self, device: str, round_number: int, learned: Values) -> Values:
        if device not in self.false_devices:
            return learned
        generator = self.wire.streams.generator("attack", device, round_number)
        return self.workload.settings.attack.sent(learned, generator)

    def drop(self, turn: Turn) -> None:
        self.encoder.forget(turn)
        turn.done = True
        if turn.ticket is not None and not turn.ticket.demanded:
            self.engine.drop(turn.ticket)

    def reset(self, device: str) -> None:
        self.holdings.reset(device)
        for turn in self.encoder.reset(device):
            self.drop(turn)

    # what the server does

    def lose(self, turn: Turn) -> None:
        """A codec with memory settles the turn when the device's next one is encoded."""
        if self.wire.codec.has_memory:
            turn.lost = True
        else:
            self.drop(turn)

    def persist(self) -> None:
        self.stored, self.stored_memory = self.current, self.memory
        self.durable.store(self.version)

    def restore(self) -> tuple[int, int]:
        self._next(self.stored)
        self.memory = self.stored_memory
        return self.durable.restored_as(self.version)

    def aggregate(self, uploads: Sequence[Upload]) -> Made | None:
        if not any(upload.brought for upload in uploads):
            return None
        self._read([t for upload in uploads if upload.brought for t in self.encoder.tickets(upload.turn)])
        arrivals = [self._arrival(upload) for upload in uploads]
        made = Made(
            covariance_norm=covariance_norm(self.current, arrivals, self.workload.settings.adapter.scale),
            device_loss=_losses(uploads),
            structure=self._structure(uploads),
        )
        self.holdings.outbox.made(self.version + 1, sum(upload.brought for upload in uploads))
        self._advance(arrivals)
        self._use_up(uploads)
        return made

    def edge(self, name: str) -> Federation:
        """Devices, jobs and what they owe are shared; versions are the edge's own."""
        edge = Learned(
            workload=self.workload,
            wire=self.wire,
            engine=self.engine,
            try_out=self.try_out,
            aggregator=self.aggregator,
            download_codec=self.download_codec,
            edge_codec=self.edge_codec,
            current=self.current,
            measures_structure=False,
            name=f"{name}/{self.version}",
            live=self.live,
        )
        edge.encoder = self.encoder
        edge.holdings.held, edge.holdings.initial = self.holdings.held, self.holdings.initial
        return edge

    def join(self, edges: Sequence[EdgeUpload]) -> Made | None:
        came = [edge for edge in edges if edge.brought]
        if not came:
            return None
        arrivals = [self._edge_arrival(edge) for edge in came]
        scale = self.workload.settings.adapter.scale
        made = Made(covariance_norm=covariance_norm(self.current, arrivals, scale), device_loss={})
        self._advance(arrivals)
        return made

    def _edge_arrival(self, edge: EdgeUpload) -> Arrival:
        """The change that the edge made, encoded, cut to what arrived and decoded; its weight are its examples."""
        shapes, start = self.workload.shapes, self.current.vector()
        change = Adapter.from_vector(shapes, edge.federation.current.vector() - start)
        source = self.wire.source(edge.edge, self.version, self.current)
        fragments = self.edge_codec.encode(change, shapes, self.wire.max_fragment_bytes, source).fragments
        values, mask = self.edge_codec.decode(
            [f for f, came in zip(fragments, edge.arrived, strict=True) if came], shapes
        )
        adapter, weight = Adapter.from_vector(shapes, values), float(sum(map(self.workload.examples, edge.devices)))
        update = Update(pairs=adapter.pairs, dense=adapter.dense, base_version=self.version, weight=weight)
        return Arrival(members=(edge.edge,), update=update, mask=mask, staleness=0, start=start)

    def _advance(self, arrivals: Sequence[Arrival]) -> None:
        made = self.aggregator.advance(self.current, arrivals, self.workload.shapes, self.memory)
        self.memory = made.state
        self._next(self._restarted(made.adapter) if self.aggregator.restarts else made.adapter)
        if self.holdings.moving is not None:
            self.holdings.moving.advance(self.version, made.base_change)

    def _restarted(self, adapter: Adapter) -> Adapter:
        pairs = fresh_pairs(self.workload.shapes, self.wire.streams, self.version + 1)
        return Adapter(pairs=pairs, dense=adapter.dense)

    def _next(self, adapter: Adapter) -> None:
        self.current, self.version, self.score = adapter, self.version + 1, None
        self.holdings.versions[self.version] = self.current

    def _arrival(self, upload: Upload) -> Arrival:
        """What the server can decode: an upload that was wholly lost has an empty mask and is not computed for this."""
        turn = upload.turn
        vector, mask = self.encoder.decoded(turn)
        if not np.isfinite(vector).all():
            raise RunError(f"round {turn.round}: what {turn.device} sent is not finite; {_ADVICE}")
        values, weight = Adapter.from_vector(self.workload.shapes, vector), float(self.workload.examples(turn.device))
        update = Update(pairs=values.pairs, dense=values.dense, base_version=turn.base_version, weight=weight)
        job = turn.ticket.job if upload.brought and turn.ticket else None
        return Arrival(
            members=(turn.device,),
            update=update,
            mask=mask,
            staleness=self.version - turn.base_version,
            start=None if job is None else job.start.vector(),
        )

    def _structure(self, uploads: Sequence[Upload]) -> Structure | None:
        if not self.measures_structure:
            return None
        jobs = [u.turn.ticket for u in uploads if u.brought and u.turn.ticket is not None]
        return structure_of(self._trained(ticket) for ticket in jobs)

    def _trained(self, ticket: Ticket) -> Adapter:
        if ticket.job is None or ticket.delta is None:
            raise RuntimeError(f"ticket {ticket.number} was not computed")
        return Adapter.from_vector(self.workload.shapes, ticket.job.start.vector() + ticket.delta.vector())

    def _use_up(self, uploads: Sequence[Upload]) -> None:
        for upload in uploads:
            if upload.brought:
                self.encoder.settle(upload.turn)
                upload.turn.done = True

    def _read(self, tickets: Sequence[Ticket]) -> None:
        missing = [ticket for ticket in dict.fromkeys(tickets) if not ticket.demanded]
        self.engine.read(missing)
        for ticket in missing:
            _check_finite(ticket)

    def evaluate(self) -> Score:
        if self.score is None:
            self.score = self.try_out(self.current, self._base)
        if not math.isfinite(self.score.loss):
            raise RunError(
                f"version {self.version}: training diverged: the loss on held-out data is not finite; {_ADVICE}"
            )
        return self.score

    def mark(self, in_use: Set[int]) -> Federation:
        self.holdings.keep(in_use)
        self.live = {number: turn for number, turn in self.live.items() if not turn.done}
        if self.keep is not None:
            self.keep(self)
        return self

    def counts(self) -> JobCounts:
        return self.engine.counts

    def export(self, directory: Path) -> None:
        from wfsim.learning.final_format import write_final

        write_final(directory, self.current, self._base, self.workload)

    @property
    def _base(self) -> Base | None:
        """The server's base; None: the model on disk."""
        return self.holdings.moving.base if self.holdings.moving is not None else None


def _losses(uploads: Sequence[Upload]) -> dict[str, float]:
    read = [(u.turn.device, u.turn.ticket.loss) for u in uploads if u.brought and u.turn.ticket is not None]
    return {device: loss for device, loss in sorted(read) if loss is not None}


def _check_finite(ticket: Ticket) -> None:
    job, delta = ticket.job, ticket.delta
    if job is not None and delta is not None and not np.isfinite(delta.vector()).all():
        raise RunError(f"round {job.round}: training on {job.device} diverged: its update is not finite; {_ADVICE}")
