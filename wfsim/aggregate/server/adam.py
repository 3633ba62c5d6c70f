"""Steps scaled by a decaying mean of squares."""

from __future__ import annotations

from pydantic import Field

from wfsim.aggregate.server._adaptive import Adaptive, Vector


class Adam(Adaptive, kind="adam"):
    """v <- beta2 v + (1 - beta2) d^2 (FedAdam, Reddi et al. 2020, arXiv 2003.00295)."""

    beta2: float = Field(0.99, ge=0.0, lt=1.0, description="decay of the mean of squares")

    def _square(self, before: Vector, square: Vector) -> Vector:
        return self.beta2 * before + (1.0 - self.beta2) * square
