"""How large a download is: the adapter, and what of the frozen base its receivers have not got yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from wfsim.aggregate import Aggregator
from wfsim.compress import Codec
from wfsim.messages import AdapterShapes, PairShape, Plan, TensorShape

HEADER_BYTES = 8  # first and last version of the changes inside, each 32 bits


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A version as it is sent to devices of which none holds an older one than `since`."""

    since: int
    version: int


@dataclass(kw_only=True, eq=False)
class Outbox:
    """Which version every device holds, and the sizes of what it is sent. Known without what anything contains.

    Where the aggregator leaves the base alone every version has one size. Where it moves it, versions after 0 are sent
    as a header, the adapter (the head alone where pairs are drawn from the seed) and the base's changes since the
    oldest version that a receiver holds: of each matrix the factors of all of them, or its whole change against the
    model on disk where that has fewer entries. A shared transfer brings what the member that is furthest behind needs.
    """

    aggregator: Aggregator
    codec: Codec
    shapes: AdapterShapes
    max_fragment_bytes: int
    ranks: dict[int, int] = field(default_factory=dict)  # of the change that made a version
    holds: dict[str, int] = field(default_factory=dict)
    under_way: dict[str, Parcel] = field(default_factory=dict)
    _plans: dict[Parcel, Plan] = field(default_factory=dict)

    def send(self, devices: Sequence[str], version: int) -> Plan:
        """These devices are sent a version in one payload: what flies."""
        if not self.aggregator.moves_base:
            return self.whole
        parcel = Parcel(since=min((self.holds.get(device, 0) for device in devices), default=0), version=version)
        self.under_way |= dict.fromkeys(devices, parcel)
        if parcel not in self._plans:
            self._plans[parcel] = self._plan(parcel)
        return self._plans[parcel]

    def received(self, device: str) -> None:
        """What was sent to the device last has arrived whole."""
        if device in self.under_way:
            self.holds[device] = self.under_way[device].version

    def reset(self, device: str) -> None:
        """The device has the model on disk and nothing else."""
        self.holds.pop(device, None)

    def made(self, version: int, uploads: int) -> None:
        """A version was made of so many uploads that brought something."""
        if self.aggregator.moves_base:
            self.ranks[version] = self.aggregator.change_rank(uploads, self.shapes.rank)
            self._plans.clear()

    @cached_property
    def whole(self) -> Plan:
        """The plan of a whole adapter."""
        return self._planned(self.shapes)

    def usual(self, uploads: int) -> Plan:
        """What follows a round of so many uploads, sent to those who took part in it."""
        ranks = {1: self.aggregator.change_rank(uploads, self.shapes.rank)}
        return replace(self, ranks=ranks, holds={}, under_way={}, _plans={}).send(["anybody"], 1)

    def adapter_shapes(self, version: int) -> AdapterShapes:
        """What of the adapter is sent."""
        seeded = self.aggregator.restarts and version > 0
        return replace(self.shapes, pairs=()) if seeded else self.shapes

    def change_shapes(self, parcel: Parcel) -> AdapterShapes:
        """The base's changes as pairs of their summed rank, and as dense tensors where those have fewer entries."""
        rank = sum(self.versions(parcel).values())
        stacked = tuple(pair for pair in self.shapes.pairs if 0 < rank < breaks_even(pair))
        whole = tuple(pair for pair in self.shapes.pairs if rank >= breaks_even(pair))
        dense = tuple(TensorShape(pair.name, (pair.d_out, pair.d_in)) for pair in whole)
        return AdapterShapes(rank=rank, pairs=stacked, dense=dense)

    def versions(self, parcel: Parcel) -> dict[int, int]:
        """The ranks of the changes inside, by version."""
        return {version: self.ranks[version] for version in range(parcel.since + 1, parcel.version + 1)}

    def _plan(self, parcel: Parcel) -> Plan:
        if parcel.version == 0:
            return self.whole
        parts = [self._planned(self.adapter_shapes(parcel.version)), self._planned(self.change_shapes(parcel))]
        return Plan(
            fragment_bytes=(HEADER_BYTES, *parts[0].fragment_bytes, *parts[1].fragment_bytes),
            fragment_entries=(0, *parts[0].fragment_entries, *parts[1].fragment_entries),
        )

    def _planned(self, shapes: AdapterShapes) -> Plan:
        if not shapes.tensors:
            return Plan(fragment_bytes=(), fragment_entries=())
        plan = self.codec.plan(shapes, self.max_fragment_bytes)
        if plan is None or sum(plan.fragment_entries) != shapes.trained.sum():
            raise ValueError(f"codec {self.codec.kind} cannot send all entries of a base's change in known sizes")
        return plan


def breaks_even(pair: PairShape) -> float:
    """The rank from which on factors have at least as many entries as their product."""
    return pair.d_out * pair.d_in / (pair.d_out + pair.d_in)
