"""What a federation must remember to go on from here: written between rounds, read when a run is resumed."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.learning.array_file import DamagedFile, read_arrays, write_arrays
from wfsim.learning.base import Base
from wfsim.learning.engine import Job
from wfsim.learning.evaluation import Score
from wfsim.learning.work_key import machine
from wfsim.messages import Adapter, AdapterShapes, Pair
from wfsim.world.learned import Learned
from wfsim.world.moving_base import MovingBase
from wfsim.world.turn import Turn

_WORK_PER_WRITE = 20.0  # a checkpoint is written when the last one took less than a twentieth of the time since

Array = NDArray[Any]
Facts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """State after the `mark`-th mark, when the journal held `records` records."""

    mark: int
    records: int
    facts: Facts
    arrays: list[Array]


@dataclass(kw_only=True, eq=False)
class Keeper:
    """Writes checkpoints of a federation into a file. `written` is told after each: older work may be forgotten then.

    `flush` makes the journal durable and returns its number of records: a checkpoint never runs ahead of it.
    """

    path: Path
    flush: Callable[[], int]
    written: Callable[[], None]
    marks: int = 0
    _last_s: float = field(default_factory=time.monotonic)
    _took_s: float = 0.0

    def __call__(self, learned: Learned) -> None:
        """A mark: keep this state, unless writing would take more than a small part of the time."""
        self.marks += 1
        begin_s = time.monotonic()
        if begin_s - self._last_s < _WORK_PER_WRITE * self._took_s:
            return
        facts, arrays = _state(learned)
        header = {"mark": self.marks, "records": self.flush(), "machine": machine(), "state": facts}
        write_arrays(self.path, header, arrays)
        self.written()
        self._last_s = time.monotonic()
        self._took_s = self._last_s - begin_s

    def load(self) -> Checkpoint | None:
        """The last checkpoint; None where there is none or it is damaged.

        Raises UsageError for one of another machine: the rest of the run would not have the bits it has there.
        """
        try:
            facts, arrays = read_arrays(self.path)
        except (FileNotFoundError, DamagedFile):
            return None
        if facts["machine"] != machine():
            raise UsageError(f"{self.path}: the run was begun {_elsewhere(facts['machine'])}; --force starts it afresh")
        return Checkpoint(mark=facts["mark"], records=facts["records"], facts=facts["state"], arrays=arrays)


def restore(learned: Learned, checkpoint: Checkpoint, turns: Mapping[int, Turn]) -> None:
    """Bring a federation to a checkpoint's state; `turns` are those that the replayed processes hold."""
    facts, arrays = checkpoint.facts, checkpoint.arrays
    shapes, encoder = learned.workload.shapes, learned.encoder
    learned.version = facts["version"]
    learned.holdings.versions = {v: Adapter.from_vector(shapes, arrays[index]) for v, index in facts["versions"]}
    learned.current = learned.holdings.versions[learned.version]
    learned.stored = Adapter.from_vector(shapes, arrays[facts["stored"]])
    learned.durable.store(facts["durable_version"])
    learned.memory = {name: arrays[index] for name, index in facts["memory"].items()}
    learned.stored_memory = {name: arrays[index] for name, index in facts["stored_memory"].items()}
    learned.holdings.held = {device: arrays[index] for device, index in facts["held"].items()}
    learned.engine.submitted, learned.engine.demanded, learned.engine.computed = facts["counts"]
    learned.score = None if facts["score"] is None else Score(**facts["score"])
    learned.live = {kept["number"]: _filled(turns[kept["number"]], kept, arrays, shapes) for kept in facts["turns"]}
    learned.engine.unread = {n: ticket for n in facts["unread"] if (ticket := turns[n].ticket) is not None}
    if learned.holdings.moving is not None:
        _move(learned.holdings.moving, facts["moving"], arrays)
    encoder.residual = {device: arrays[index] for device, index in facts["residual"].items()}
    encoder.owed = {device: [turns[number] for number in numbers] for device, numbers in facts["owed"].items()}


def _elsewhere(there: Mapping[str, str]) -> str:
    here = machine()
    differing = [f"{name} {there.get(name)} (here {here[name]})" for name in here if there.get(name) != here[name]]
    return f"under {', '.join(differing)}"


class _Pool:
    """Arrays by index, each object once: devices that hold the same version share one array."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self._index: dict[int, int] = {}

    def add(self, array: Array) -> int:
        if id(array) not in self._index:
            self._index[id(array)] = len(self.arrays)
            self.arrays.append(array)
        return self._index[id(array)]


def _state(learned: Learned) -> tuple[Facts, list[Array]]:
    pool, engine, encoder = _Pool(), learned.engine, learned.encoder
    facts = {
        "version": learned.version,
        "versions": [[version, pool.add(adapter.vector())] for version, adapter in learned.holdings.versions.items()],
        "stored": pool.add(learned.stored.vector()),
        "durable_version": learned.durable.version,
        "memory": {name: pool.add(array) for name, array in learned.memory.items()},
        "stored_memory": {name: pool.add(array) for name, array in learned.stored_memory.items()},
        "moving": None if learned.holdings.moving is None else _moving(learned.holdings.moving, pool),
        "held": {device: pool.add(values) for device, values in learned.holdings.held.items()},
        "counts": [engine.submitted, engine.demanded, engine.computed],
        "score": None if learned.score is None else dataclasses.asdict(learned.score),
        "turns": [_turn(turn, pool) for turn in learned.live.values()],
        "unread": list(engine.unread),
        "residual": {device: pool.add(values) for device, values in encoder.residual.items()},
        "owed": {device: [turn.number for turn in turns] for device, turns in encoder.owed.items()},
    }
    return facts, pool.arrays


def _moving(moving: MovingBase, pool: _Pool) -> Facts:
    """Which versions devices hold follows from the replay."""
    changes = {
        version: {name: [pool.add(a), pool.add(b)] for name, (a, b) in change.items()}
        for version, change in moving.changes.items()
    }
    held = {device: _base(base, pool) for device, base in moving.held.items()}
    return {"version": moving.version, "base": _base(moving.base, pool), "changes": [*changes.items()], "held": held}


def _move(moving: MovingBase, facts: Facts, arrays: list[Array]) -> None:
    moving.version, moving.base = facts["version"], _kept_base(facts["base"], arrays)
    moving.changes = {
        version: {name: Pair(arrays[a], arrays[b]) for name, (a, b) in change.items()}
        for version, change in facts["changes"]
    }
    bases = {device: _kept_base(base, arrays) for device, base in facts["held"].items()}
    moving.held = {device: base for device, base in bases.items() if base is not None}


def _base(base: Base | None, pool: _Pool) -> Facts | None:
    return None if base is None else {name: pool.add(delta) for name, delta in base.deltas.items()}


def _kept_base(facts: Facts | None, arrays: list[Array]) -> Base | None:
    return None if facts is None else Base(deltas={name: _writable(arrays, index) for name, index in facts.items()})


def _writable(arrays: list[Array], index: int) -> Array:
    """What a file's bytes back may not be written, and torch wants arrays that may; shared as before."""
    if not arrays[index].flags.writeable:
        arrays[index] = arrays[index].copy()
    return arrays[index]


def _turn(turn: Turn, pool: _Pool) -> Facts:
    ticket = turn.ticket
    if ticket is None or ticket.job is None:
        raise RuntimeError(f"turn {turn.number} has no job to remember")
    job = ticket.job
    return {
        "number": turn.number,
        "device": job.device,
        "round": job.round,
        "base_version": job.base_version,
        "start": pool.add(job.start.vector()),
        "batches": [pool.add(batch) for batch in job.batches],
        "trains": None if job.trains is None else pool.add(job.trains.astype(np.uint8)),
        "base": _base(job.base, pool),
        "delta": None if ticket.delta is None else pool.add(ticket.delta.vector()),
        "loss": ticket.loss,
        "demanded": ticket.demanded,
        "values": None if turn.values is None else pool.add(turn.values.vector()),
    }


def _filled(turn: Turn, kept: Facts, arrays: list[Array], shapes: AdapterShapes) -> Turn:
    """The turn with its job and what had been worked out of it; its payload follows from its values."""
    ticket = turn.ticket
    if ticket is None:
        raise RuntimeError(f"turn {turn.number} has no ticket")
    ticket.job = Job(
        device=kept["device"],
        round=kept["round"],
        base_version=kept["base_version"],
        start=Adapter.from_vector(shapes, arrays[kept["start"]]),
        batches=tuple(arrays[index].astype(np.int64) for index in kept["batches"]),
        trains=None if kept["trains"] is None else arrays[kept["trains"]].astype(bool),
        base=_kept_base(kept["base"], arrays),
    )
    ticket.loss, ticket.demanded = kept["loss"], kept["demanded"]
    if kept["delta"] is not None:
        ticket.delta = Adapter.from_vector(shapes, arrays[kept["delta"]])
    if kept["values"] is not None:
        turn.values = Adapter.from_vector(shapes, arrays[kept["values"]])
    return turn
