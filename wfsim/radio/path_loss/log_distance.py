"""Log-distance path loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.path_loss import PathLoss
from wfsim.radio.path_loss._validity import require_range
from wfsim.radio.path_loss.free_space import free_space_db


class LogDistance(PathLoss, kind="log_distance"):
    """L(d) = L(d0) + 10 n log10(d / d0) dB. Rappaport 2002, ch. 4. Valid from the reference distance d0 on."""

    exponent: float = Field(3.0, ge=1.0, le=10.0, description="path loss exponent n (2 is free space)")
    reference_m: float = Field(1.0, gt=0.0, description="reference distance d0, m")
    reference_db: float | None = Field(None, description="loss at d0, dB (default: free space at d0)")

    def loss_db(self, distance_m: NDArray[np.float64], carrier_hz: float) -> NDArray[np.float64]:
        require_range(self.kind, "distance", distance_m, "m", low=self.reference_m)
        ratio = np.asarray(distance_m, dtype=np.float64) / self.reference_m
        return self._reference_db(carrier_hz) + 10.0 * self.exponent * np.log10(ratio)

    def range_m(self, carrier_hz: float) -> tuple[float, float]:
        return self.reference_m, np.inf

    def _reference_db(self, carrier_hz: float) -> float:
        if self.reference_db is not None:
            return self.reference_db
        return float(free_space_db(self.reference_m, carrier_hz))
