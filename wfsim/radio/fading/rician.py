"""Rician block fading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.fading import BlockPaths, Fading, FadingPaths
from wfsim.rng import Streams
from wfsim.units import db_to_linear


class Rician(Fading, kind="rician"):
    """A line of sight K times as strong as the scatter: h = sqrt(K/(K+1)) + CN(0, 1/(K+1)), independent per block.

    The line-of-sight phase leaves the law of |h|^2 unchanged, so it is 0. Goldsmith 2005, ch. 3.2.2. Valid for any K.
    """

    k_db: float = Field(7.0, ge=-60.0, le=60.0, description="power of the line of sight over the scatter, dB")
    coherence_s: float = Field(0.05, gt=0.0, description="length of a block, s")

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        return BlockPaths(streams, links, self.coherence_s, self.draw)

    def draw(self, generator: np.random.Generator, count: int) -> NDArray[np.float64]:
        """`count` independent power gains of unit mean."""
        k = float(db_to_linear(self.k_db))
        real, imaginary = generator.standard_normal((2, count)) / np.sqrt(2.0 * (k + 1.0))
        return (real + np.sqrt(k / (k + 1.0))) ** 2 + imaginary**2
