"""Full weight up to an age."""

from __future__ import annotations

from pydantic import Field

from wfsim.aggregate.staleness import Staleness


class Hinge(Staleness, kind="hinge"):
    """1 up to b versions, then 1 / (a (s - b) + 1) at s versions.

    Source: FedAsync (Xie et al. 2019, arXiv 1903.03934), which uses a = 10 and b = 4; a > 0, b >= 0.
    """

    a: float = Field(10.0, gt=0.0, description="how fast the weight falls beyond b")
    b: int = Field(4, ge=0, description="versions up to which an update counts in full")

    def weight(self, versions: int) -> float:
        return 1.0 if versions <= self.b else 1.0 / (self.a * (versions - self.b) + 1.0)
