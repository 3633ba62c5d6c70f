"""A missing delta counts as zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.missing import Missing


class NoChange(Missing, kind="no_change"):
    """sum p m d / sum p per entry: what was lost leaves the global value alone; the mean shrinks by the loss."""

    def mean(
        self, deltas: NDArray[np.float64], masks: NDArray[np.bool_], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        return (deltas * masks * weights[:, None]).sum(axis=0) / weights.sum()
