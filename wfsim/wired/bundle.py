"""One payload's packets on one hop, and what a hop needs to know about its transport."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class HopTransport:
    """How packets are repeated: `max_attempts` counts transmissions on each hop (None: until they get through).

    Without `keeps_partial` a payload that is cut leaves nothing at its target.
    """

    repeats: bool
    max_attempts: int | None = None
    keeps_partial: bool = True


class Passage(NamedTuple):
    """The packets [packets] that got through, and why others did not: `outage`, what a cut says, or None (losses).

    `withdrawn` says that none has begun to cross, so that another way may be taken.
    """

    arrived: Mask
    cause: str | None = None
    withdrawn: bool = False


@dataclass(kw_only=True, eq=False)
class Bundle:
    """A payload's packets that are `present` [packets] at one end of a hop; `bits` [packets] include headers.

    They are whole numbers, `total_bits` in sum, so that sums are exact in any order. `done` fires with a Passage.
    `accepted` [packets] found room in the queue, in which `found_bits` were; it is `present` itself if all did. Masks
    are shared, never written to.
    """

    name: str
    purpose: str
    bits: Array
    total_bits: float
    present: Mask
    transport: HopTransport
    done: simpy.Event
    accepted: Mask = field(init=False)
    present_packets: int = field(init=False)
    present_bits: float = field(init=False)
    offered_s: float = 0.0
    found_bits: float = 0.0

    def __post_init__(self) -> None:
        self.accepted = self.present
        self.present_packets = int(np.count_nonzero(self.present))
        self.present_bits = self._sum(self.present, self.present_packets)

    def count_bits(self, mask: Mask) -> float:
        """Bits of some packets [packets]."""
        return self.present_bits if mask is self.present else self._sum(mask, int(np.count_nonzero(mask)))

    def nothing(self) -> Mask:
        """No packet [packets]."""
        return np.zeros_like(self.present)

    def _sum(self, mask: Mask, count: int) -> float:
        return 0.0 if not count else self.total_bits if count == len(mask) else float(self.bits @ mask)
