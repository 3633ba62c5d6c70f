"""A frozen base that the aggregator moves: the server's, its latest changes, and what devices hold of it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from wfsim.learning.base import Base, digest_of, moved, replaced
from wfsim.messages import Adapter, AdapterShapes, Pair, Values
from wfsim.world.encoder import Wire
from wfsim.world.outbox import Outbox, Parcel, breaks_even

Change = Mapping[str, Pair]


class Received(NamedTuple):
    """What a parcel decodes to: factors by version and pair, and whole deltas against the model on disk by pair."""

    changes: Mapping[int, Change]
    whole: Mapping[str, Values]


@dataclass(kw_only=True, eq=False)
class MovingBase:
    """`base` is the server's at its current version, `held` what devices have decoded (absent: the model on disk).

    `changes` are the factors, times s, that made the latest versions; older ones are never sent as factors any more.
    Under a lossless codec every device holds the server's base to the bit, whatever way it came.
    """

    wire: Wire
    outbox: Outbox
    scale: float
    version: int = 0
    base: Base | None = None
    changes: dict[int, Change] = field(default_factory=dict)
    held: dict[str, Base] = field(default_factory=dict)
    _encoded: dict[Parcel, tuple[tuple[bytes, ...], Received]] = field(default_factory=dict)
    _made: dict[tuple[bytes, int, Parcel], Base] = field(default_factory=dict)

    def advance(self, version: int, change: Change | None) -> None:
        """The aggregator made a version with this change of the base, its factors not yet times s."""
        rank, scaled = self.outbox.ranks[version], _scaled(change or {}, self.scale)
        if {len(pair.a) for pair in scaled.values()} != ({rank} if rank else set()):
            raise RuntimeError(f"version {version}: the change of the base is not of rank {rank}")
        self.version, self._encoded, self._made = version, {}, {}
        if scaled:
            self.base = moved(self.base, scaled)
        self.changes[version] = scaled
        self._forget()

    def receive(self, device: str) -> None:
        """What was sent to the device last has arrived whole; it applies those changes that it lacks."""
        since, parcel = self.outbox.holds.get(device, 0), self.outbox.under_way[device]
        before = self.held.get(device)
        key = (digest_of(before), since, parcel)
        if key not in self._made:
            base = self._applied(before, since, self._content(parcel)[1])
            if base is not None:
                self._made[key] = next((made for made in self._made.values() if made.digest == base.digest), base)
        if key in self._made:
            self.held[device] = self._made[key]

    def fragments(self, parcel: Parcel) -> tuple[bytes, ...]:
        """Header and changes as they fly, without the adapter."""
        return self._content(parcel)[0]

    def reset(self, device: str) -> None:
        """The device has the model on disk and nothing else."""
        self.held.pop(device, None)

    def _applied(self, base: Base | None, since: int, received: Received) -> Base | None:
        for version, change in received.changes.items():
            if version > since and change:
                base = moved(base, change)
        return replaced(base, received.whole) if received.whole else base

    def _content(self, parcel: Parcel) -> tuple[tuple[bytes, ...], Received]:
        """Worked out once per parcel; devices get what its bytes decode to."""
        if parcel not in self._encoded:
            shapes, codec = self.outbox.change_shapes(parcel), self.outbox.codec
            header = struct.pack("<II", parcel.since, parcel.version)
            fragments: tuple[bytes, ...] = ()
            values = np.zeros(0, np.float32)
            if shapes.tensors:
                nothing = Adapter.from_vector(shapes, np.zeros(shapes.entries, np.float32))
                source = self.wire.source(f"base/{parcel.since}", parcel.version, nothing)
                sent = self._sent(parcel, shapes)
                fragments = codec.encode(sent, shapes, self.wire.max_fragment_bytes, source).fragments
                values, _ = codec.decode(fragments, shapes)
            self._encoded[parcel] = ((header, *fragments), self._received(parcel, shapes, values))
        return self._encoded[parcel]

    def _sent(self, parcel: Parcel, shapes: AdapterShapes) -> Adapter:
        if parcel.version != self.version:
            raise RuntimeError(f"version {parcel.version} is sent after version {self.version} was made")
        ranks = self.outbox.versions(parcel).items()
        inside = [self.changes[version] for version, rank in ranks if rank] if shapes.pairs else []
        pairs = {
            pair.name: Pair(
                a=np.concatenate([change[pair.name].a for change in inside]),
                b=np.concatenate([change[pair.name].b for change in inside], axis=1),
            )
            for pair in shapes.pairs
        }
        deltas = self.base.deltas if self.base is not None else {}
        return Adapter(pairs=pairs, dense={tensor.name: deltas[tensor.name] for tensor in shapes.dense})

    def _received(self, parcel: Parcel, shapes: AdapterShapes, values: Values) -> Received:
        adapter = Adapter.from_vector(shapes, values) if shapes.tensors else Adapter(pairs={}, dense={})
        changes, at = dict[int, Change](), 0
        for version, rank in self.outbox.versions(parcel).items():
            own = slice(at, at + rank)
            pairs = adapter.pairs.items() if rank else ()
            changes[version], at = {name: Pair(a[own], b[:, own]) for name, (a, b) in pairs}, at + rank
        return Received(changes=changes, whole=dict(adapter.dense))

    def _forget(self) -> None:
        """Drop changes that no parcel can hold as factors: the whole change of every matrix is smaller."""
        most = max(map(breaks_even, self.outbox.shapes.pairs))
        rank = 0
        for version in sorted(self.changes, reverse=True):
            rank += self.outbox.ranks[version]
            if rank >= most:
                del self.changes[version]


def _scaled(change: Change, scale: float) -> dict[str, Pair]:
    """s on b alone; float32, as devices get it."""
    return {name: Pair(np.asarray(a, np.float32), (scale * b).astype(np.float32)) for name, (a, b) in change.items()}
