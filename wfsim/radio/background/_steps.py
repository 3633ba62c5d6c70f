"""Foreign traffic as a function of time: addressed tiles of a step function, the same in any order of queries."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.intervals import interval_of

Array = NDArray[np.float64]

_CACHED_TILES = 256
_LOOK_AHEAD_TILES = 64


class ForeignTraffic(Protocol):
    """The share of one direction's band that foreign traffic takes, over all time."""

    def share(self, t_s: float) -> float:
        """Fraction of the band in [0, 1] taken at `t_s`; a change at `t_s` has happened."""
        ...

    def holds_until_s(self, t_s: float) -> float:
        """A time after `t_s` before which the share does not change; infinity if it never does."""
        ...


class Steps(NamedTuple):
    """One tile of a step function: `shares` [m + 1] before, between and after its changes at `times_s` [m], sorted."""

    times_s: Array
    shares: Array


class TiledSteps:
    """Foreign traffic from tiles [k T, (k+1) T), negative k included; `draw(k)` depends on k alone and meets its
    neighbours: the first share of a tile is the last of the one before. Forgotten tiles are drawn again.
    """

    def __init__(self, tile_s: float, draw: Callable[[int], Steps]) -> None:
        self._tile_s = tile_s
        self._tile = lru_cache(_CACHED_TILES)(draw)

    def share(self, t_s: float) -> float:
        """Fraction of the band taken at `t_s`."""
        times_s, shares = self._tile(interval_of(t_s, self._tile_s))
        return float(shares[np.searchsorted(times_s, t_s, side="right")])

    def holds_until_s(self, t_s: float) -> float:
        """The next change after `t_s`, or the end of the 64 tiles looked at when there is none in them."""
        now, first = self.share(t_s), interval_of(t_s, self._tile_s)
        for tile in range(first, first + _LOOK_AHEAD_TILES):
            times_s, shares = self._tile(tile)
            differs = (times_s > t_s) & (shares[1:] != now)
            if differs.any():
                return float(times_s[differs.argmax()])
        return (first + _LOOK_AHEAD_TILES) * self._tile_s
