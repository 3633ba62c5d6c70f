"""The transmissions of a bundle on a hop, in order, with their fates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wfsim.wired.bundle import Array, Bundle, Mask


@dataclass(frozen=True, kw_only=True, eq=False)
class Flights:
    """One entry per transmission: the packet, whether it got through, and the bits sent when it has left, in sum."""

    packets: NDArray[np.int64]
    through: Mask
    ends_bits: Array

    @property
    def count(self) -> int:
        """How many transmissions."""
        return len(self.packets)

    @property
    def total_bits(self) -> float:
        """Bits of all transmissions."""
        return float(self.ends_bits[-1])

    def arrived(self, first: int, packets: int) -> Mask:
        """Which of all `packets` got through in the first `first` transmissions."""
        mask = np.zeros(packets, dtype=bool)
        mask[self.packets[:first][self.through[:first]]] = True
        return mask

    def to_come(self, first: int, packets: int) -> Mask:
        """Which of all `packets` have transmissions after the first `first`."""
        mask = np.zeros(packets, dtype=bool)
        mask[self.packets[first:]] = True
        return mask


class Once:
    """The same where nothing gets lost: every accepted packet flies once. Listed only if what is under way is asked."""

    def __init__(self, bundle: Bundle) -> None:
        self._accepted, self._bits = bundle.accepted, bundle.bits
        whole = bundle.accepted is bundle.present
        self.count = bundle.present_packets if whole else int(np.count_nonzero(bundle.accepted))
        self.total_bits = bundle.count_bits(bundle.accepted)

    @property
    def ends_bits(self) -> Array:
        """As of `Flights`."""
        return self._listed.ends_bits

    def arrived(self, first: int, packets: int) -> Mask:
        """As of `Flights`; in the end all of them."""
        return self._accepted if first == self.count else self._listed.arrived(first, packets)

    def to_come(self, first: int, packets: int) -> Mask:
        """As of `Flights`."""
        return self._listed.to_come(first, packets)

    @cached_property
    def _listed(self) -> Flights:
        order = np.flatnonzero(self._accepted)
        return Flights(packets=order, through=np.ones(len(order), dtype=bool), ends_bits=np.cumsum(self._bits[order]))


def draw_flights(bundle: Bundle, loss: float, uniforms: Callable[[int], Array]) -> Flights | Once:
    """Passes over the accepted packets: all of them, then the lost ones, and so on (selective repeat).

    A packet's transmission number n is lost if its entry of `uniforms(n)` [packets] lies below `loss`; the sender
    learns a pass's losses at its end, free and at once.
    """
    if not loss:
        return Once(bundle)
    passes = list(_passes(bundle, loss, uniforms))
    order, through = (np.concatenate(column) for column in zip(*passes, strict=True))
    return Flights(packets=order, through=through, ends_bits=np.cumsum(bundle.bits[order]))


def _passes(bundle: Bundle, loss: float, uniforms: Callable[[int], Array]) -> Iterator[tuple[NDArray[np.int64], Mask]]:
    """The packets of each pass, and which of them get through."""
    missing, number = bundle.accepted.copy(), 0
    limit = (bundle.transport.max_attempts or np.inf) if bundle.transport.repeats else 1
    while missing.any() and number < limit:
        number += 1
        flying = np.flatnonzero(missing)
        got_through = uniforms(number)[flying] >= loss
        missing[flying[got_through]] = False
        yield flying, got_through
