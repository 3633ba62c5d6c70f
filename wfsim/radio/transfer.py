"""One payload on the air: its packets, what was radiated of them, and their fates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Delivery
from wfsim.radio.transport import Transport
from wfsim.rng import Streams

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
    channel did not carry the chosen rate in any stretch of its airtime (longer than rounding), or if its addressed
    uniform falls below the residual loss. `bits` [packets] include headers, `flights` [packets] counts transmissions.
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
    was_cut: bool = False
    _queue: NDArray[np.int64] = field(init=False)
    _ends: Array = field(init=False)
    _progress: float = 0.0
    _pieces: list[tuple[Array, Mask]] = field(default_factory=list)
    _drawn: dict[int, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arrived = np.zeros((len(self.links), len(self.bits)), dtype=bool)
        self.packets_sent = np.zeros(len(self.links), dtype=np.int64)
        self.packets_lost = np.zeros(len(self.links), dtype=np.int64)
        self.lost_bits, self.repeated_bits = np.zeros(len(self.links)), np.zeros(len(self.links))
        self.flights = np.zeros(len(self.bits), dtype=np.int64)
        self._begin_pass(self._next_queue())

    @property
    def remaining_bits(self) -> float:
        """Bits of this pass that have not flown; 0 where only rounding is left."""
        whole = float(self._ends[-1])
        return whole - self._progress if self._progress < whole * WHOLE else 0.0

    def _begin_pass(self, queue: NDArray[np.int64]) -> None:
        self._queue, self._ends = queue, np.cumsum(self.bits[queue])
        self._progress, self._pieces = 0.0, []
        self.flights[queue] += 1
        self.tally.attempts = max(self.tally.attempts, int(self.flights[queue].max()))

    def radiate(self, bits: Array, outage: Mask) -> None:
        """Record `bits` [pieces] flown and where the channel did not carry them, `outage` [receivers, pieces]."""
        if outage.any() or self._pieces:
            self._remember_outage(bits, outage)
        self._progress = min(self._progress + float(bits.sum()), float(self._ends[-1]))

    def _remember_outage(self, bits: Array, outage: Mask) -> None:
        if not self._pieces:
            self._pieces.append((np.array([self._progress]), np.zeros((len(self.links), 1), dtype=bool)))
        self._pieces.append((self._progress + np.cumsum(bits), outage))

    def complete_pass(self) -> None:
        """The pass's last bit has flown, whatever rounding says."""
        self._progress = float(self._ends[-1])

    def end_pass(self, streams: Streams, residual_loss: float) -> bool:
        """Decide the fates of what has flown; begin the next pass. False when the transport sends nothing more."""
        self._settle(streams, residual_loss, whole=len(self._queue))
        queue = self._next_queue()
        if len(queue):
            self._begin_pass(queue)
        return bool(len(queue))

    def _next_queue(self) -> NDArray[np.int64]:
        """The packets of the next pass in order of sending; none when the transport sends nothing more."""
        new, missing = self.flights == 0, ~self.arrived.all(axis=0)
        return self.transport.next_pass(self._again(missing & ~new), new)

    def _again(self, lost: Mask) -> Mask:
        """Those of the lost packets that the transport sends again, by how often each has flown."""
        again = np.zeros(len(self.bits), dtype=bool)
        for attempts in np.unique(self.flights[lost]).tolist() if lost.any() else ():
            those = lost & (self.flights == attempts)
            again |= those & self.transport.resend(those, attempts)
        return again

    def cut(self, streams: Streams, residual_loss: float) -> None:
        """The transfer is stopped: packets that had wholly flown meet their fates, the one on the air is lost."""
        self.was_cut = True
        whole = int(np.searchsorted(self._ends * WHOLE, self._progress, side="right"))
        self._settle(streams, residual_loss, whole=whole)
        if not self.transport.keeps_partial:
            self._give_up(~self.arrived.all(axis=1))

    def _give_up(self, incomplete: Mask) -> None:
        self.lost_bits[incomplete] += self.arrived[incomplete] @ self.bits
        self.arrived[incomplete] = False

    def _settle(self, streams: Streams, residual_loss: float, *, whole: int) -> None:
        packets = self._queue[:whole]
        lost = self._outages(whole) | self._residual_losses(streams, residual_loss, packets)
        on_air_bits = self._progress - float(self.bits[packets].sum())
        due = ~self.arrived[:, packets]
        self.lost_bits += (lost & due) @ self.bits[packets] + on_air_bits
        self.repeated_bits += ~due @ self.bits[packets]
        self.packets_sent += due.sum(axis=1)
        self.packets_lost += (lost & due).sum(axis=1)
        self.arrived[:, packets] |= ~lost
        self.tally.sent_bits += self._progress

    def _residual_losses(self, streams: Streams, residual_loss: float, packets: NDArray[np.int64]) -> Mask:
        if residual_loss == 0.0:
            return np.zeros((len(self.links), len(packets)), dtype=bool)
        return self._fates(streams, packets) < residual_loss

    def _fates(self, streams: Streams, packets: NDArray[np.int64]) -> Array:
        """The uniforms [receivers, packets] of these packets' present flights, whichever pass they fly in."""
        flights, uniforms = self.flights[packets], np.empty((len(self.devices), len(packets)))
        for flight in np.unique(flights).tolist():
            now = flights == flight
            uniforms[:, now] = self.uniforms(streams, flight)[:, packets[now]]
        return uniforms

    def uniforms(self, streams: Streams, flight: int) -> Array:
        """The addressed uniforms [receivers, all packets] of every packet's flight of this number."""
        if flight not in self._drawn:
            address = [("packet_fate", self.name, device, flight) for device in self.devices]
            self._drawn[flight] = np.array([streams.uniforms(len(self.bits), *each) for each in address])
        return self._drawn[flight]

    def _outages(self, whole: int) -> Mask:
        if not self._pieces:
            return np.zeros((len(self.links), whole), dtype=bool)
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
