"""Slot `fading`: small-scale power gain of links as a function of time. A new file here is a new kind."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.part import Part, load_folder
from wfsim.radio.fading._paths import BlockPaths, ConstantPaths, FadingPaths
from wfsim.rng import Streams

__all__ = ["BlockPaths", "ConstantPaths", "Fading", "FadingPaths"]


class Fading(Part, slot="fading"):
    """Small-scale fading: a power gain that multiplies a link's mean received power."""

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        """The gains of these links for all time; a link's path depends on the seed and its name alone."""
        raise NotImplementedError(type(self).__name__)

    def mean_gain(self) -> float:
        """The expected gain over time and seeds: 1, unless a kind takes power away for good."""
        return 1.0


load_folder(__name__, list(__path__))
