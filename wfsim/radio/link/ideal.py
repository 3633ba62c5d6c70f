"""The ideal link, the neutral member."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.link import Link


class Ideal(Link, kind="ideal"):
    """Infinite rate at any SNR, hence no cap. Neutral: a transfer takes no time. Unphysical: exempt from Shannon."""

    def efficiency(self, snr: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full(np.shape(snr), np.inf)

    def at_cap(self, efficiency: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.zeros(np.shape(efficiency), dtype=np.bool_)
