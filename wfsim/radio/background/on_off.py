"""One foreign source that is on or off."""

from __future__ import annotations

from functools import partial

from pydantic import Field

from wfsim.radio.background import Background, ForeignTraffic, Steps, TiledSteps
from wfsim.rng import Streams
from wfsim.switching import Switching


class OnOff(Background, kind="on_off"):
    """Exponential on and off periods, stationary from the start: on for mean_on_s / (mean_on_s + mean_off_s) of time.

    The two-state Markov chain exactly (wfsim/switching.py; Jensen 1953). Every change costs an event while
    something flies: what blinks faster than 1 ms is better taken off the band as a mean.
    """

    mean_on_s: float = Field(1.0, ge=1e-3, description="mean length of an on period, s")
    mean_off_s: float = Field(1.0, ge=1e-3, description="mean length of an off period, s")
    share: float = Field(0.5, gt=0.0, lt=1.0, description="fraction of the band taken while on")

    def realise(self, streams: Streams, direction: str, start_s: float) -> ForeignTraffic:
        source = Switching(self.mean_on_s, self.mean_off_s, partial(streams.generator, "background", direction))
        return TiledSteps(source.tile_s, partial(self._steps, source))

    def mean_share(self) -> float:
        return self.share * (self.mean_on_s / (self.mean_on_s + self.mean_off_s))

    def _steps(self, source: Switching, tile: int) -> Steps:
        times_s, states = source.switches(tile)
        return Steps(times_s, self.share * states)
