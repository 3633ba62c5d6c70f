"""The classic 3GPP macro cell at 2 GHz."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.path_loss import PathLoss
from wfsim.radio.path_loss._validity import require_range

_NEAREST_M, _FARTHEST_M = 35.0, 5_000.0
# The underlying 21 log10(f) law of TR 36.942 moves the loss by less than 1 dB within this range around 2 GHz.
_LOWEST_HZ, _HIGHEST_HZ = 1.8e9, 2.2e9


class Macro128(PathLoss, kind="macro_128"):
    """128.1 + 37.6 log10(d / 1 km) dB, urban macro cell. 3GPP TR 36.814, annex A.2 (2 GHz).

    Valid at 1.8 to 2.2 GHz and from 35 m (least distance of TR 36.814) to 5 km (its cells are smaller).
    """

    def loss_db(self, distance_m: NDArray[np.float64], carrier_hz: float) -> NDArray[np.float64]:
        require_range(self.kind, "carrier", carrier_hz, "Hz", low=_LOWEST_HZ, high=_HIGHEST_HZ)
        require_range(self.kind, "distance", distance_m, "m", low=_NEAREST_M, high=_FARTHEST_M)
        return 128.1 + 37.6 * np.log10(np.asarray(distance_m, dtype=np.float64) / 1e3)

    def range_m(self, carrier_hz: float) -> tuple[float, float]:
        return _NEAREST_M, _FARTHEST_M
