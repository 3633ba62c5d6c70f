"""A bundle on its way over a hop: what has left the sender, arrived or got lost at any time."""

from __future__ import annotations

from bisect import bisect_right

from wfsim.wired import Carrier
from wfsim.wired.bundle import Bundle, Mask
from wfsim.wired.flights import Flights, Once
from wfsim.wired.paused import Paused


class Crossing:
    """The service of a bundle from `begun_s` on, ended at `stops_s` by an outage if it does not repeat."""

    def __init__(
        self,
        bundle: Bundle,
        flights: Flights | Once,
        carrier: Carrier,
        paused: Paused | Carrier,
        *,
        begun_s: float,
        stops_s: float,
    ) -> None:
        self.begun_s = begun_s
        self._accepted, self._flights, self._carrier, self._paused = bundle.accepted, flights, carrier, paused
        self._left_s = paused.finish_s(begun_s, flights.total_bits)
        self.end_s = min(self._left_s, stops_s)
        self.whole = self._left_s <= stops_s

    def delay_s(self) -> float:
        """Propagation delay of what leaves last."""
        return self._carrier.delay_s(self.end_s)

    def departed(self, t_s: float) -> int:
        """How many transmissions have left the sender at `t_s`; one whose last bit leaves then has."""
        t_s = min(t_s, self.end_s)
        if self._left_s <= t_s:
            return self._flights.count
        return bisect_right(self._flights.ends_bits, t_s, key=self._departure_s)

    def through(self) -> Mask:
        """Packets [packets] that get through in the end."""
        first = self._flights.count if self.whole else self.departed(self.end_s)
        return self._flights.arrived(first, len(self._accepted))

    def arrived(self, t_s: float) -> Mask:
        """Packets [packets] that have got through at `t_s`: they had left the sender, and their delay is over."""
        first = bisect_right(self._flights.ends_bits, t_s, hi=self.departed(t_s), key=self._arrival_s)
        return self._flights.arrived(first, len(self._accepted))

    def lost(self, t_s: float) -> Mask:
        """Packets [packets] that have left the sender for the last time, in vain; after an outage all others too."""
        flown, count = self.departed(t_s), len(self._accepted)
        in_vain = self._accepted & ~self._flights.arrived(flown, count)
        return in_vain if t_s >= self.end_s else in_vain & ~self._flights.to_come(flown, count)

    def sent_bits(self, t_s: float) -> float:
        """Bits that have left the sender, those of a packet stopped half-way included."""
        if self._left_s <= min(t_s, self.end_s):
            return self._flights.total_bits
        return min(self._paused.bits_between(self.begun_s, min(t_s, self.end_s)), self._flights.total_bits)

    def _departure_s(self, bits: float) -> float:
        return self._paused.finish_s(self.begun_s, bits)

    def _arrival_s(self, bits: float) -> float:
        left_s = self._departure_s(bits)
        return left_s + self._carrier.delay_s(left_s)
