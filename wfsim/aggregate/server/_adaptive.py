"""Base, no kind itself, of server optimisers that scale every entry by its own history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.aggregate.server import Moments, ServerOptimizer

Vector = NDArray[np.float64]


class Adaptive(ServerOptimizer):
    """m <- beta1 m + (1 - beta1) d, then the adapter moves by lr m / (sqrt(v) + tau); v starts at tau^2.

    Source: Reddi et al. 2020, arXiv 2003.00295, Algorithm 2: no bias correction. The step has the size of lr, whatever
    the size of the updates.
    """

    lr: float = Field(0.01, gt=0.0, description="size of the step of an entry, in units of the adapter")
    beta1: float = Field(0.9, ge=0.0, lt=1.0, description="decay of the mean of updates")
    tau: float = Field(1e-3, gt=0.0, description="how small an update must be to count as none")

    def begin(self, entries: int) -> Moments:
        return {"mean": np.zeros(entries), "square": np.full(entries, self.tau**2)}

    def direction(self, mean: Vector, moments: Moments) -> tuple[Vector, Moments]:
        first = self.beta1 * moments["mean"] + (1.0 - self.beta1) * mean
        second = self._square(moments["square"], mean**2)
        return self.lr * first / (np.sqrt(second) + self.tau), {"mean": first, "square": second}

    def _square(self, before: Vector, square: Vector) -> Vector:
        """v [entries] >= 0 after an update of these squares."""
        raise NotImplementedError(type(self).__name__)
