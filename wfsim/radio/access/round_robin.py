"""Turns in a circle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.access import TimeDivision


class RoundRobin(TimeDivision, kind="round_robin"):
    """Time division in equal turns, whatever the controller's weights say: rate B e(SNR over B) / n for n transfers.

    An average over slots, as `tdma` with equal weights (Goldsmith 2005, ch. 14.2).
    """

    def divide(self, band_hz: float, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full(weights.shape, band_hz / max(len(weights), 1))
