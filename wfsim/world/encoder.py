"""From what devices learned to what they send: codecs, the ranks that were granted, and what a codec remembers.

Everything is worked out as late as possible: an update whose content nobody asks for is never computed. A codec with
memory needs a device's updates in order, lost ones included, so the next one that is needed settles those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Codec, Source
from wfsim.learning.engine import Ticket
from wfsim.learning.spectrum import AssumedSpectrum
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values
from wfsim.rng import Streams
from wfsim.world.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Wire:
    """How updates are encoded in a run. `version` is what training started from: where factors alternate it decides
    which half flies. `sends_factors`: updates hold the trained values, not what training changed."""

    codec: Codec
    shapes: AdapterShapes
    max_fragment_bytes: int
    streams: Streams
    sends_factors: bool = False
    _plans: dict[tuple[int | None, str], Plan | None] = field(default_factory=dict)

    def granted(self, keep: int | None) -> Codec:
        """The codec under a grant."""
        return self.codec if keep is None else self.codec.keeping(keep)

    def plan(self, keep: int | None, version: int = 0) -> Plan | None:
        """What flies under a grant; None where values decide it."""
        shapes = self.shapes.at(version)
        key = (keep, shapes.factors)
        if key not in self._plans:
            self._plans[key] = self.granted(keep).plan(shapes, self.max_fragment_bytes)
        return self._plans[key]

    def encode(self, values: Adapter, keep: int | None, source: Source, version: int = 0) -> Payload:
        """Real bytes."""
        return self.granted(keep).encode(values, self.shapes.at(version), self.max_fragment_bytes, source)

    def source(self, device: str, round_number: int, start: Adapter) -> Source:
        """What the device's encoder knows; its randomness is addressed by (device, round), shared masks by (round)."""
        return Source(
            start=start,
            generator=self.streams.generator("encode", device, round_number),
            round_seed=int(self.streams.passing("mask", round_number).integers(2**32)),
        )

    def assumed(
        self, spectrum: AssumedSpectrum, device: str, round_number: int, keep: int | None, version: int = 0
    ) -> Plan:
        """Sizes of an update that nobody trained."""
        values = spectrum.assumed_update(self.shapes.at(version), self.streams, device, round_number)
        nothing = Adapter.from_vector(self.shapes, np.zeros(self.shapes.entries, dtype=np.float32))
        payload = self.encode(values, keep, self.source(device, round_number, nothing), version)
        return self.measure(payload, version)

    def measure(self, payload: Payload, version: int = 0) -> Plan:
        """Sizes of a payload whose codec has no plan."""
        shapes = self.shapes.at(version)
        return Plan(
            fragment_bytes=tuple(len(fragment) for fragment in payload.fragments),
            fragment_entries=tuple(self.codec.carried(fragment, shapes) for fragment in payload.fragments),
        )


@dataclass(kw_only=True, eq=False)
class Encoder:
    """Encodes turns. `residual` [entries] is what a device still owes the server; `owed` are the turns, by device and
    in order, whose effect on it has not been worked out yet. `read` makes tickets' results available, `sent` [entries]
    is what a device makes of what it learned in a round: itself, unless it is false."""

    wire: Wire
    read: Callable[[Iterable[Ticket]], None]
    sent: Callable[[str, int, Values], Values]
    residual: dict[str, Values] = field(default_factory=dict)
    owed: dict[str, list[Turn]] = field(default_factory=dict)

    def sends(self, turn: Turn) -> None:
        """The device commits this turn's update: to the air, or to its memory alone where the turn is held."""
        if self.wire.codec.has_memory:
            self.owed.setdefault(turn.device, []).append(turn)

    def forget(self, turn: Turn) -> None:
        """The turn never happened."""
        if turn in self.owed.get(turn.device, []):
            self.owed[turn.device].remove(turn)

    def reset(self, device: str) -> list[Turn]:
        """The device owes nothing any more. What it has sent was made of what it owed, so that is worked out first; the
        turns that nobody will read are returned."""
        turns = self.owed.get(device, [])
        landed = [turn for turn in turns if turn.arrived is not None and turn.arrived.any() and not turn.lost]
        for turn in landed:
            self.payload(turn)
        self.owed.pop(device, None)
        self.residual.pop(device, None)
        return [turn for turn in turns if turn.arrived is not None and turn not in landed]

    def tickets(self, turn: Turn) -> list[Ticket]:
        """What must be read before this turn can be encoded."""
        turns = dict.fromkeys([*self._before(turn), turn])
        return [t.ticket for t in turns if t.values is None and t.ticket is not None]

    def values(self, turn: Turn) -> Adapter:
        """What the turn has to send: what was learned and what was owed."""
        if turn.values is None:
            self.read(self.tickets(turn))
            for earlier in self._before(turn):
                self.settle(earlier)
            turn.values = self._compensated(turn)
        return turn.values

    def payload(self, turn: Turn) -> Payload:
        """The turn's bytes."""
        if turn.payload is None:
            turn.payload = self.wire.encode(self.flying(turn), turn.keep, self.source(turn), turn.base_version)
        return turn.payload

    def flying(self, turn: Turn) -> Adapter:
        """What of the turn's values may fly: where factors alternate, nothing that is owed of the one that rests."""
        values, shapes = self.values(turn), self.wire.shapes
        if shapes.factors != "alternate" and not self.wire.sends_factors:
            return values
        vector, trained = values.vector(), shapes.at(turn.base_version).trained
        if self.wire.sends_factors:
            vector = vector + self._start(turn).vector()
        return Adapter.from_vector(shapes, np.where(trained, vector, np.float32(0.0)))

    def source(self, turn: Turn) -> Source:
        """What the turn's encoder knows. Values that are no change are a change of nothing."""
        start = self._start(turn)
        if self.wire.sends_factors:
            start = Adapter.from_vector(self.wire.shapes, np.zeros_like(start.vector()))
        return self.wire.source(turn.device, turn.round, start)

    def _start(self, turn: Turn) -> Adapter:
        """What the turn's training started from."""
        if turn.ticket is None or turn.ticket.job is None:
            raise RuntimeError(f"turn {turn.number} has no job")
        return turn.ticket.job.start

    def decoded(self, turn: Turn) -> tuple[Values, NDArray[np.bool_]]:
        """Changes and mask [entries] of what arrived of the turn; nothing is computed where nothing did."""
        came: list[bytes] = []
        if turn.arrived is not None and turn.arrived.any():
            came = [f for f, there in zip(self.payload(turn).fragments, turn.arrived, strict=True) if there]
        values, mask = self.wire.codec.decode(came, self.wire.shapes.at(turn.base_version))
        if came and self.wire.sends_factors:
            values = np.where(mask, values - self._start(turn).vector(), np.float32(0.0))
        return values, mask

    def settle(self, turn: Turn) -> None:
        """Work out what the device owes after this turn."""
        if turn not in self.owed.get(turn.device, []):
            return
        values = self.values(turn)
        if turn.held:
            self.residual[turn.device] = values.vector()
        else:
            payload, arrived = self.payload(turn), turn.arrived
            if arrived is None:
                raise RuntimeError(f"turn {turn.number} of {turn.device} is still on the air")
            shapes = self.wire.shapes.at(turn.base_version)
            rest = self.wire.codec.remainder(values, payload, arrived, shapes)
            # What does not fly in this turn, because factors alternate, is still owed.
            self.residual[turn.device] = np.where(shapes.trained, rest, values.vector())
        self.owed[turn.device].remove(turn)
        turn.done = turn.lost or (turn.arrived is not None and not turn.arrived.any())

    def _before(self, turn: Turn) -> list[Turn]:
        return [earlier for earlier in self.owed.get(turn.device, []) if earlier.number < turn.number]

    def _compensated(self, turn: Turn) -> Adapter:
        if turn.ticket is None or turn.ticket.delta is None:
            raise RuntimeError(f"turn {turn.number} of {turn.device} was not computed")
        sent = self.sent(turn.device, turn.round, turn.ticket.delta.vector())
        if turn.device in self.residual:
            sent = sent + self.residual[turn.device]
        return Adapter.from_vector(self.wire.shapes, sent)
