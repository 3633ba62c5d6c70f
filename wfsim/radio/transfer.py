"""One payload on the air: its packets, what was radiated of them, and their fates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Delivery
from wfsim.radio.fates import Fates
from wfsim.radio.transport import Transport

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_BEFORE_ALL_BLOCKS = -(2**62)

WHOLE = 1.0 - 1e-12  # a packet counts as radiated when all of it but rounding has flown


@dataclass(kw_only=True)
class Tally:
    """Running counts of one transfer."""

    airtime_s: float = 0.0
    sent_bits: float = 0.0
    attempts: int = 0
    blocks: int = 0
    blocks_at_cap: int = 0
    blocks_at_zero: int = 0


@dataclass(kw_only=True)
class Transfer:
    """A payload from or to one or more links, flown in passes over its packets.

    `links` [receivers] index the channel; a broadcast has several. A packet is lost in a pass for a receiver if the
    channel did not carry the chosen rate in any stretch of its airtime (longer than rounding), or by its addressed
    fate in that flight. `bits` [packets] include headers, `flights` [packets] counts transmissions.
    """

    name: str
    devices: tuple[str, ...]
    links: NDArray[np.int64]
    weight: float
    bits: Array
    transport: Transport
    start_s: float
    purpose: str = "update"
    tally: Tally = field(default_factory=Tally)
    arrived: Mask = field(init=False)
    packets_sent: NDArray[np.int64] = field(init=False)
    packets_lost: NDArray[np.int64] = field(init=False)
    lost_bits: Array = field(init=False)
    repeated_bits: Array = field(init=False)
    flights: NDArray[np.int64] = field(init=False)
    last_block: int = _BEFORE_ALL_BLOCKS
    cause: str | None = None
    total_bits: float = field(init=False)
    _queue: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _ends: Array = field(init=False)
    _progress: float = 0.0
    _pieces: list[tuple[Array, Mask]] = field(default_factory=list)
    _drawn: dict[tuple[int, int], Mask] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arrived = np.zeros((len(self.links), len(self.bits)), dtype=bool)
        self.packets_sent = np.zeros(len(self.links), dtype=np.int64)
        self.packets_lost = np.zeros(len(self.links), dtype=np.int64)
        self.lost_bits, self.repeated_bits = np.zeros(len(self.links)), np.zeros(len(self.links))
        self.flights = np.zeros(len(self.bits), dtype=np.int64)
        self.total_bits = float(self.bits.sum())
        self._begin_pass(self._next_queue())

    @property
    def pass_bits(self) -> float:
        """Bits of all packets of this pass."""
        return float(self._ends[-1])

    def _begin_pass(self, queue: NDArray[np.int64]) -> None:
        self._queue, self._ends = queue, self.bits[queue].cumsum()
        self._progress, self._pieces = 0.0, []
        flights = self.flights[queue] + 1
        self.flights[queue] = flights
        self.tally.attempts = max(self.tally.attempts, int(flights[flights.argmax()]))

    @property
    def remaining_bits(self) -> float:
        """Bits of this pass that have not flown; 0 where only rounding is left."""
        whole = float(self._ends[-1])
        return whole - self._progress if self._progress < whole * WHOLE else 0.0

    def radiate(self, bits: Array, outage: Mask) -> None:
        """Record `bits` [pieces] flown and where the channel did not carry them, `outage` [receivers, pieces]."""
        if self._pieces or np.count_nonzero(outage):
            self._remember_outage(bits, outage)
        self._progress = min(self._progress + float(bits.sum()), float(self._ends[-1]))

    def _remember_outage(self, bits: Array, outage: Mask) -> None:
        if not self._pieces:
            self._pieces.append((np.array([self._progress]), np.zeros((len(self.links), 1), dtype=bool)))
        self._pieces.append((self._progress + np.cumsum(bits), outage))

    def fly_to(self, progress_bits: float) -> None:
        """So many bits of this pass have flown."""
        self._progress = progress_bits

    def complete_pass(self) -> None:
        """The pass's last bit has flown, whatever rounding says."""
        self._progress = float(self._ends[-1])

    def end_pass(self, fates: Fates) -> bool:
        """Decide the fates of what has flown; begin the next pass. False when the transport sends nothing more."""
        self._settle(fates, whole=len(self._queue))
        queue = self._next_queue()
        if len(queue):
            self._begin_pass(queue)
        return bool(len(queue))

    def _next_queue(self) -> NDArray[np.int64]:
        """The packets of the next pass in order of sending; none when the transport sends nothing more."""
        arrived = self.arrived[0] if len(self.arrived) == 1 else self.arrived.all(axis=0)
        if np.count_nonzero(arrived) == len(arrived):
            return self._queue[:0]
        new = self.flights == 0
        return self.transport.next_pass(self._again(~(arrived | new)), new)

    def _again(self, lost: Mask) -> Mask:
        """Those of the lost packets that the transport sends again, by how often each has flown."""
        counts = sorted(set(self.flights[lost].tolist()))
        if len(counts) == 1:
            return lost & self.transport.resend(lost, counts[0])
        again = np.zeros(len(self.bits), dtype=bool)
        for attempts in counts:
            those = lost & (self.flights == attempts)
            again |= those & self.transport.resend(those, attempts)
        return again

    def cut(self, fates: Fates, cause: str = "round") -> None:
        """The transfer is stopped: packets that had wholly flown meet their fates, the one on the air is lost."""
        self.cause = cause
        whole = int(np.searchsorted(self._ends * WHOLE, self._progress, side="right"))
        self._settle(fates, whole=whole)
        if not self.transport.keeps_partial:
            self._give_up(~self.arrived.all(axis=1))

    def _give_up(self, incomplete: Mask) -> None:
        self.lost_bits[incomplete] += self.arrived[incomplete] @ self.bits
        self.arrived[incomplete] = False

    def _settle(self, fates: Fates, *, whole: int) -> None:
        self.tally.sent_bits += self._progress
        broken_bits = self._progress - (float(self._ends[whole - 1]) if whole else 0.0)
        if len(self.links) == 1:
            self._settle_alone(fates, self._queue[:whole], broken_bits)
        else:
            self._settle_all(fates, self._queue[:whole], broken_bits)

    def _settle_alone(self, fates: Fates, packets: NDArray[np.int64], broken_bits: float) -> None:
        """As `_settle_all` for one receiver, to whom all packets of a pass are due."""
        lost = self._lost_alone(fates, packets)
        if self._pieces:
            lost |= self._outages(len(packets))[0]
        count = int(np.count_nonzero(lost))
        self.lost_bits[0] += (float(self.bits[packets] @ lost) if count else 0.0) + broken_bits
        self.packets_sent[0] += len(packets)
        self.packets_lost[0] += count
        self.arrived[0, packets] = ~lost

    def _lost_alone(self, fates: Fates, packets: NDArray[np.int64]) -> Mask:
        if fates.spares_all or not len(packets):
            return np.zeros(len(packets), dtype=bool)
        flights = set(self.flights[packets].tolist())
        if len(flights) == 1:
            return self._lost(fates, 0, flights.pop())[packets]
        return self._losses(fates, packets, np.ones((1, len(packets)), dtype=bool))[0]

    def _settle_all(self, fates: Fates, packets: NDArray[np.int64], broken_bits: float) -> None:
        """Packets that have wholly flown meet their fates; `broken_bits` of the next one are lost."""
        bits, due = self.bits[packets], ~self.arrived[:, packets]
        lost = self._losses(fates, packets, due)
        if self._pieces:
            lost |= due & self._outages(len(packets))
        self.lost_bits += lost @ bits + broken_bits
        self.repeated_bits += ~due @ bits
        self.packets_sent += due.sum(axis=1)
        self.packets_lost += lost.sum(axis=1)
        self.arrived[:, packets] = ~lost

    def _losses(self, fates: Fates, packets: NDArray[np.int64], due: Mask) -> Mask:
        """Losses [receivers, packets] of these packets' present flights, where some of them are due to a receiver."""
        lost = np.zeros(due.shape, dtype=bool)
        if fates.spares_all:
            return lost
        flights, receivers = self.flights[packets], due.any(axis=1).nonzero()[0].tolist()
        for flight in sorted(set(flights.tolist())):
            now = (flights == flight).nonzero()[0]
            for receiver in receivers:
                lost[receiver, now] = self._lost(fates, receiver, flight)[packets[now]]
        return lost & due

    def losses(self, fates: Fates, flight: int) -> Mask:
        """Losses beside outage [receivers, all packets] of every packet's flight of this number."""
        return np.array([self._lost(fates, receiver, flight) for receiver in range(len(self.devices))])

    def _lost(self, fates: Fates, receiver: int, flight: int) -> Mask:
        if (receiver, flight) not in self._drawn:
            lost = fates.lost(self.name, self.devices[receiver], flight, len(self.bits))
            self._drawn[receiver, flight] = lost
        return self._drawn[receiver, flight]

    def _outages(self, whole: int) -> Mask:
        piece_ends = np.concatenate([ends for ends, _ in self._pieces])
        outages = np.concatenate([outage for _, outage in self._pieces], axis=1)
        starts = self._ends[:whole] - self.bits[self._queue[:whole]]
        first = np.searchsorted(piece_ends, starts / WHOLE, side="right")
        last = np.minimum(np.searchsorted(piece_ends, self._ends[:whole] * WHOLE, side="left"), len(piece_ends) - 1)
        before = np.concatenate([np.zeros((len(self.links), 1), dtype=np.int64), np.cumsum(outages, axis=1)], axis=1)
        return before[:, last + 1] > before[:, np.minimum(first, last)]

    def delivery(self, receiver: int, end_s: float, energy_j: float) -> Delivery:
        """What the receiver (or the server, for an upload) has got, and what it took."""
        return Delivery(
            transfer=self.name,
            start_s=self.start_s,
            end_s=end_s,
            sent_bits=self.tally.sent_bits,
            energy_j=energy_j,
            attempts=self.tally.attempts,
            arrived=self.arrived[receiver].copy(),
        )
