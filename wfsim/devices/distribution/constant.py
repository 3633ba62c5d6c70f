"""Always the same number."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.devices.distribution import Distribution


class Constant(Distribution, kind="constant"):
    """Always `value`; draws nothing. The neutral distribution. Valid for value > 0."""

    value: float = Field(gt=0, description="the number, in the unit of the field it fills", examples=[1.0])

    def sample(self, generator: np.random.Generator) -> float:
        return self.value
