"""No fading, the neutral member."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.radio.fading import ConstantPaths, Fading, FadingPaths
from wfsim.rng import Streams


class NoFading(Fading, kind="none"):
    """Power gain 1 for every link at all times. Neutral: an additive white Gaussian noise channel."""

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        return ConstantPaths(links)
