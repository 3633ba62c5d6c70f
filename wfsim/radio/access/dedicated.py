"""No contention."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.access import Access


class Dedicated(Access, kind="dedicated"):
    """Every transfer has a whole band of its own. Neutral member: a reference without contention, not a real system."""

    def divide(self, band_hz: float, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full(weights.shape, band_hz)

    def total_hz(self, band_hz: float, transfers: int) -> float:
        return band_hz * transfers
