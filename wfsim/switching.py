"""A source that is on or off for exponential times, as a function of time that any order of queries finds the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_REFRESHES_PER_TILE = 16.0


class Switches(NamedTuple):
    """One tile: `states` [m + 1] before, between and after the points `times_s` [m], sorted; neighbours may agree."""

    times_s: NDArray[np.float64]
    states: NDArray[np.bool_]


class Switching:
    """A two-state Markov process with mean sojourns on and off, stationary: on for on / (on + off) of time.

    Drawn by uniformisation: at the points of a Poisson process of rate 1/mean_on_s + 1/mean_off_s the state is drawn
    anew, independently of what it was. This is the two-state Markov chain exactly (Jensen 1953), and the state at any
    time is that of the last point before it, so no path has to be followed from the start. `generator(tile)` is the
    addressed generator of the tile [tile T, (tile + 1) T), T = `tile_s`, negative ones included.
    """

    def __init__(self, mean_on_s: float, mean_off_s: float, generator: Callable[[int], np.random.Generator]) -> None:
        self.on_probability = mean_on_s / (mean_on_s + mean_off_s)
        self.tile_s = _REFRESHES_PER_TILE / (1.0 / mean_on_s + 1.0 / mean_off_s)
        self._generator = generator

    def switches(self, tile: int) -> Switches:
        """The states over a tile."""
        times_s, states = self._refreshes(tile)
        before, last = tile - 1, states[:0]
        while not len(last):
            last = self._refreshes(before).states[-1:]
            before -= 1
        return Switches(times_s, np.concatenate([last, states]))

    def states(self, times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether it is on at these times [n]; a switch at a time has happened."""
        tile_of, found = np.floor(times_s / self.tile_s).astype(np.int64), np.empty(len(times_s), dtype=bool)
        for tile in np.unique(tile_of).tolist():
            inside, (points_s, states) = tile_of == tile, self.switches(tile)
            found[inside] = states[np.searchsorted(points_s, times_s[inside], side="right")]
        return found

    def _refreshes(self, tile: int) -> Switches:
        """Times and states of the points in a tile."""
        generator = self._generator(tile)
        count = generator.poisson(_REFRESHES_PER_TILE)
        times_s = (tile + np.sort(generator.random(count))) * self.tile_s
        return Switches(times_s, generator.random(count) < self.on_probability)
