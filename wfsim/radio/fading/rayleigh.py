"""Rayleigh block fading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.fading import BlockPaths, Fading, FadingPaths
from wfsim.rng import Streams


class Rayleigh(Fading, kind="rayleigh"):
    """No line of sight, many scatterers: |h|^2 ~ Exp(1), independent per block. Goldsmith 2005, ch. 3.2.2."""

    coherence_s: float = Field(0.05, gt=0.0, description="length of a block, s")

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        return BlockPaths(streams, links, self.coherence_s, self.draw)

    def draw(self, generator: np.random.Generator, count: int) -> NDArray[np.float64]:
        """`count` independent power gains of unit mean."""
        return generator.standard_exponential(count)
