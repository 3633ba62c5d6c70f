"""Time division."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.access import TimeDivision


class Tdma(TimeDivision, kind="tdma"):
    """Time division: each active transfer has the whole band B for its weight's part w of the time.

    Rate w B e(SNR over B), an average over slots: the slots themselves are not played (Goldsmith 2005, ch. 14.2).
    A sender puts its full power into B while it sends, so it gathers 1/w times less energy than in frequency division.
    """

    def divide(self, band_hz: float, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return band_hz * weights / weights.sum()
