"""A decaying sum of mean updates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.aggregate.server import Moments, ServerOptimizer


class Momentum(ServerOptimizer, kind="momentum"):
    """v <- beta v + mean, and the adapter moves by v (FedAvgM, Hsu et al. 2019, arXiv 1909.06335); 0 <= beta < 1.

    Steady updates move the adapter 1 / (1 - beta) times as far as plain averaging: lower server_lr to match.
    """

    beta: float = Field(0.9, ge=0.0, lt=1.0, description="what is left of the sum from one version to the next")

    def begin(self, entries: int) -> Moments:
        return {"velocity": np.zeros(entries)}

    def direction(self, mean: NDArray[np.float64], moments: Moments) -> tuple[NDArray[np.float64], Moments]:
        velocity = self.beta * moments["velocity"] + mean
        return velocity, {"velocity": velocity}
