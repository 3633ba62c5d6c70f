"""Slot `background`: foreign traffic in the band. A new file here is a new kind."""

from __future__ import annotations

from wfsim.part import Part, load_folder
from wfsim.radio.background._steps import ForeignTraffic, Steps, TiledSteps
from wfsim.rng import Streams

__all__ = ["Background", "ForeignTraffic", "Steps", "TiledSteps"]


class Background(Part, slot="background"):
    """Other people's traffic, which takes a share of the band first; the simulated transfers divide the rest.

    Each direction has a band of its own, so the directions' paths are independent, with the same law. A foreign share
    of the downlink carries its part of the base station's power; foreign devices send with power of their own.
    """

    def realise(self, streams: Streams, direction: str, start_s: float) -> ForeignTraffic:
        """The share taken in a direction for all time; random draws are addressed by the seed and the direction.

        `direction` is `up` or `down`, with a number for a source beside others (`up/1`); the clock of day reads
        `start_s` seconds after midnight at t = 0.
        """
        raise NotImplementedError(type(self).__name__)

    def mean_share(self) -> float:
        """Expected share taken, over time and seeds, in [0, 1)."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
