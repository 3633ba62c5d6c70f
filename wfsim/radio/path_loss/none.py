"""No path loss, the neutral member."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.path_loss import PathLoss
from wfsim.radio.path_loss._validity import require_range


class NoPathLoss(PathLoss, kind="none"):
    """0 dB at every positive distance. Neutral: the received power is the transmitted power."""

    def loss_db(self, distance_m: NDArray[np.float64], carrier_hz: float) -> NDArray[np.float64]:
        require_range(self.kind, "distance", distance_m, "m")
        return np.zeros(np.shape(distance_m))
