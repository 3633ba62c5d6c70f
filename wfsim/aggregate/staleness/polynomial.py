"""A power of the age."""

from __future__ import annotations

from pydantic import Field

from wfsim.aggregate.staleness import Staleness


class Polynomial(Staleness, kind="polynomial"):
    """(1 + s)^-a at s versions. Source: FedAsync (Xie et al. 2019, arXiv 1903.03934), which uses a = 0.5; a > 0."""

    a: float = Field(0.5, gt=0.0, le=100.0, description="exponent: how fast the weight falls")

    def weight(self, versions: int) -> float:
        return float((1.0 + versions) ** -self.a)
