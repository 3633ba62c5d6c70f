"""Any number of an interval, equally likely."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from wfsim.devices.distribution import Distribution


class Uniform(Distribution, kind="uniform"):
    """Uniform over [low, high): low + (high - low) U. Mean (low + high) / 2. Valid for 0 < low <= high."""

    low: float = Field(gt=0, description="least value, in the unit of the field it fills", examples=[1.0])
    high: float = Field(gt=0, description="upper end, in the unit of the field it fills", examples=[2.0])

    @model_validator(mode="after")
    def _check_order(self) -> Uniform:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} must not exceed high {self.high:g}")
        return self

    def sample(self, generator: np.random.Generator) -> float:
        return self.low + (self.high - self.low) * generator.random()
