"""Noise in place of what was learned."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.learning.attack import Attack, Delta


class Noise(Attack, kind="noise"):
    """N(0, c^2 rms(d)^2) in every entry that was learned, rms over those entries."""

    scale: float = Field(
        10.0, gt=0.0, le=1e6, description="standard deviation c over the root mean square of what was learned"
    )

    def sent(self, delta: Delta, generator: np.random.Generator) -> Delta:
        learned = delta != 0.0
        rms = float(np.sqrt(np.mean(np.square(delta[learned], dtype=np.float64)))) if learned.any() else 0.0
        noise = generator.standard_normal(delta.shape) * (self.scale * rms)
        return np.where(learned, noise, 0.0).astype(delta.dtype)
