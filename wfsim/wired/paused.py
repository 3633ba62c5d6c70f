"""A hop's rate over time, with the outages of the link and its ends."""

from __future__ import annotations

import math
from collections.abc import Iterator

from wfsim.errors import RunError
from wfsim.outages import Downtime
from wfsim.wired import Carrier

_MOST_OUTAGES = 100_000


class Paused:
    """Nothing leaves the sender while it is down; what has left, stays so."""

    def __init__(self, name: str, carrier: Carrier, downtime: Downtime) -> None:
        self._name, self._carrier, self._downtime = name, carrier, downtime

    def finish_s(self, start_s: float, bits: float) -> float:
        """When `bits` from `start_s` on have left the sender; infinity if never."""
        for up_s, down_s in self._up(start_s):
            finish_s = self._carrier.finish_s(up_s, bits)
            if finish_s <= down_s or math.isinf(finish_s):
                return finish_s
            bits -= self._carrier.bits_between(up_s, down_s)
        return math.inf

    def bits_between(self, start_s: float, end_s: float) -> float:
        """Bits that leave the sender in [start_s, end_s)."""
        bits = 0.0
        for up_s, down_s in self._up(start_s):
            if up_s >= end_s:
                break
            bits += self._carrier.bits_between(up_s, min(down_s, end_s))
        return bits

    def _up(self, t_s: float) -> Iterator[tuple[float, float]]:
        """The times [from, to) at which it is up, from `t_s` on."""
        for _ in range(_MOST_OUTAGES):
            up_s = self._downtime.next_change_s(t_s) if self._downtime.is_down(t_s) else t_s
            if math.isinf(up_s):
                return
            t_s = self._downtime.next_change_s(up_s)
            yield up_s, t_s
            if math.isinf(t_s):
                return
        raise RunError(f"hop {self._name}: {_MOST_OUTAGES} outages, and its payload has not crossed it")
