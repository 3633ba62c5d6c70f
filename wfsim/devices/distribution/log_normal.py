"""Numbers whose logarithm is normal: a few are much larger than most."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from wfsim.devices.distribution import Distribution


class LogNormal(Distribution, kind="log_normal"):
    """median * exp(sigma Z) with Z standard normal. Mean median * exp(sigma^2 / 2).

    Valid for median > 0 and 0 <= sigma <= 5 (sigma = 0 is a constant).
    """

    median: float = Field(gt=0, description="median, in the unit of the field it fills", examples=[1.0])
    sigma: float = Field(ge=0, le=5, description="standard deviation of the natural logarithm", examples=[0.5])

    def sample(self, generator: np.random.Generator) -> float:
        return self.median * math.exp(self.sigma * generator.standard_normal())
