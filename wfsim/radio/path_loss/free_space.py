"""Free-space path loss (Friis)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfsim.radio.path_loss import PathLoss
from wfsim.radio.path_loss._validity import require_range
from wfsim.units import SPEED_OF_LIGHT_MPS


def free_space_db(distance_m: ArrayLike, carrier_hz: float) -> NDArray[np.float64]:
    """20 log10(4 pi d f / c) in dB; `distance_m` of any shape. Raises RunError below one wavelength (near field)."""
    require_range("free_space", "carrier", carrier_hz, "Hz")
    require_range("free_space", "distance", distance_m, "m", low=SPEED_OF_LIGHT_MPS / carrier_hz)
    return 20.0 * np.log10(4.0 * np.pi * np.asarray(distance_m, dtype=np.float64) * carrier_hz / SPEED_OF_LIGHT_MPS)


class FreeSpace(PathLoss, kind="free_space"):
    """Line of sight without any obstacle: 20 log10(4 pi d f / c) dB. Friis 1946. Valid from one wavelength on."""

    def loss_db(self, distance_m: NDArray[np.float64], carrier_hz: float) -> NDArray[np.float64]:
        return free_space_db(distance_m, carrier_hz)

    def range_m(self, carrier_hz: float) -> tuple[float, float]:
        return SPEED_OF_LIGHT_MPS / carrier_hz, np.inf
