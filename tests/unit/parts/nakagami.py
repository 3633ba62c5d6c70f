"""Nakagami block fading, out of tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.fading import BlockPaths, Fading, FadingPaths
from wfsim.rng import Streams


class Nakagami(Fading, kind="nakagami"):
    """Amplitude ~ Nakagami(m, 1): power gain |h|^2 ~ Gamma(m, 1/m), mean 1, variance 1/m, independent per block.

    m = 1 is Rayleigh; m -> infinity is no fading. Nakagami 1960. Valid for m >= 0.5.
    """

    m: float = Field(1.0, ge=0.5, description="shape")
    coherence_s: float = Field(0.05, gt=0.0, description="length of a block, s")

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        return BlockPaths(streams, links, self.coherence_s, self.draw)

    def draw(self, generator: np.random.Generator, count: int) -> NDArray[np.float64]:
        """`count` independent power gains of unit mean."""
        return generator.gamma(self.m, 1.0 / self.m, count)
