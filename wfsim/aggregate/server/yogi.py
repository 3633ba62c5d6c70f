"""Steps scaled by a mean of squares that changes additively."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.aggregate.server._adaptive import Adaptive, Vector


class Yogi(Adaptive, kind="yogi"):
    """v <- v - (1 - beta2) d^2 sign(v - d^2) (FedYogi, Reddi et al. 2020, arXiv 2003.00295): forgets large squares
    slowly."""

    beta2: float = Field(0.99, ge=0.0, lt=1.0, description="1 - beta2 is the share of d^2 that v moves by")

    def _square(self, before: Vector, square: Vector) -> Vector:
        return before - (1.0 - self.beta2) * square * np.sign(before - square)
