"""The mean update as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.server import Moments, ServerOptimizer


class Plain(ServerOptimizer, kind="plain"):
    """The mean itself (FedAvg). Neutral member."""

    def direction(self, mean: NDArray[np.float64], moments: Moments) -> tuple[NDArray[np.float64], Moments]:
        return mean, moments
