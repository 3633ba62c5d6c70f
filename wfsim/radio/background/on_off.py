"""One foreign source that is on or off."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.background import Background, ForeignTraffic, Steps, TiledSteps
from wfsim.rng import Streams

_REFRESHES_PER_TILE = 16.0


class OnOff(Background, kind="on_off"):
    """Exponential on and off periods, stationary from the start: on for mean_on_s / (mean_on_s + mean_off_s) of time.

    Drawn by uniformisation: at the points of a Poisson process of rate 1/mean_on_s + 1/mean_off_s the state is drawn
    anew, independently of what it was. This is the two-state Markov chain exactly (Jensen 1953), and the state at any
    time is that of the last point before it, so no path has to be followed from the start. Every change costs an event
    while something flies: what blinks faster than 1 ms is better taken off the band as a mean.
    """

    mean_on_s: float = Field(1.0, ge=1e-3, description="mean length of an on period, s")
    mean_off_s: float = Field(1.0, ge=1e-3, description="mean length of an off period, s")
    share: float = Field(0.5, gt=0.0, lt=1.0, description="fraction of the band taken while on")

    def realise(self, streams: Streams, direction: str) -> ForeignTraffic:
        return TiledSteps(self._tile_s, partial(self._steps, streams, direction))

    def mean_share(self) -> float:
        return self.share * self._on_probability

    @property
    def _on_probability(self) -> float:
        return self.mean_on_s / (self.mean_on_s + self.mean_off_s)

    @property
    def _tile_s(self) -> float:
        return _REFRESHES_PER_TILE / (1.0 / self.mean_on_s + 1.0 / self.mean_off_s)

    def _steps(self, streams: Streams, direction: str, tile: int) -> Steps:
        times_s, states = self._refreshes(streams, direction, tile)
        before, last = tile - 1, states[:0]
        while not len(last):
            last = self._refreshes(streams, direction, before)[1][-1:]
            before -= 1
        return Steps(times_s, self.share * np.concatenate([last, states]))

    def _refreshes(self, streams: Streams, direction: str, tile: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Times and states of the points in a tile."""
        generator = streams.generator("background", direction, tile)
        count = generator.poisson(_REFRESHES_PER_TILE)
        times_s = (tile + np.sort(generator.random(count))) * self._tile_s
        return times_s, generator.random(count) < self._on_probability
