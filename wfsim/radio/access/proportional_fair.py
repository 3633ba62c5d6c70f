"""The best moment of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.access import Scheduling


class ProportionalFair(Scheduling, kind="proportional_fair"):
    """Each coherence block's whole band goes to the transfer with the greatest weight times gain over its mean gain.

    Proportional fairness (Viswanath, Tse, Laroia 2002) in its long-window limit and by normalised SNR: stateless, so
    the same in any order of queries. With equal weights and fading alike, everybody gets 1/n of the time at the best
    of n gains. Valid while a transfer lasts many blocks; decides on the channel as known `csi_age_s` ago. Without
    fading unequal weights are served one after the other.
    """

    def merits(self, gains: NDArray[np.float64], mean_snr: NDArray[np.float64]) -> NDArray[np.float64]:
        return gains
