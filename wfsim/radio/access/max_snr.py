"""The best channel of all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.access import Scheduling


class MaxSnr(Scheduling, kind="max_snr"):
    """Each coherence block's whole band goes to the transfer with the greatest weight times SNR.

    Maximises the cell's rate (Knopp & Humblet 1995) and starves the far: compare `proportional_fair`. Decides on the
    channel as known `csi_age_s` ago.
    """

    def merits(self, gains: NDArray[np.float64], mean_snr: NDArray[np.float64]) -> NDArray[np.float64]:
        return mean_snr[:, None] * gains
