"""The mean over those that arrived."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.missing import Missing


class Renormalise(Missing, kind="renormalise"):
    """sum p m d / sum p m per entry, 0 where nothing arrived.

    Unbiased when losses do not depend on the values; biased when delivery depends on importance, because entries are
    then not missing at random.
    """

    def mean(
        self, deltas: NDArray[np.float64], masks: NDArray[np.bool_], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        arrived_weight = (masks * weights[:, None]).sum(axis=0)
        total = (deltas * masks * weights[:, None]).sum(axis=0)
        return np.divide(total, arrived_weight, out=np.zeros_like(total), where=arrived_weight > 0.0)
