"""What the models of 3GPP TR 38.901 V17 (clause 7.4, Tables 7.4.1-1, 7.4.2-1, 7.5-6, 7.6.3.1-2) have in common."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from wfsim.radio.path_loss import Array, Bools, PathLoss
from wfsim.radio.path_loss._validity import require_range

LOWEST_HZ = 0.5e9


class Tr38901(PathLoss):
    """Loss, LOS probability, shadowing and ranges of one table column. No kind itself; heights come from the kinds."""

    highest_hz: ClassVar[float] = 100e9
    los_std_db: ClassVar[float]
    nlos_std_db: ClassVar[float]
    los_shadow_m: ClassVar[float]
    nlos_shadow_m: ClassVar[float]

    def loss_db(self, distance_m: Array, carrier_hz: float, los: Bools | None = None) -> Array:
        distance_m = np.asarray(distance_m, dtype=np.float64)
        self._check(distance_m, carrier_hz, los)
        clear_db = self._los_db(distance_m, carrier_hz)
        hidden_db = np.maximum(clear_db, self._nlos_db(distance_m, carrier_hz))
        share = self.los_probability(distance_m) if los is None else np.asarray(los, dtype=np.float64)
        return share * clear_db + (1.0 - share) * hidden_db

    def shadow_std_db(self, los: Bools, distance_m: Array, carrier_hz: float) -> Array | None:
        return np.where(los, self.los_std_db, self.nlos_std_db)

    def shadow_correlation_m(self, los: Bools) -> Array | None:
        return np.where(los, self.los_shadow_m, self.nlos_shadow_m)

    def _los_db(self, distance_m: Array, carrier_hz: float) -> Array:
        raise NotImplementedError(type(self).__name__)

    def _nlos_db(self, distance_m: Array, carrier_hz: float) -> Array:
        """The table's PL', before the greater of it and the LOS loss is taken."""
        raise NotImplementedError(type(self).__name__)

    def _check(self, distance_m: Array, carrier_hz: float, los: Bools | None) -> None:
        """The range may be wider for links that are known to have a line of sight."""
        require_range(self.kind, "carrier", carrier_hz, "Hz", low=LOWEST_HZ, high=self.highest_hz)
        low_m, high_m = self.range_m(carrier_hz)
        require_range(self.kind, "distance", distance_m, "m", low=low_m, high=high_m)


def slant_m(distance_m: Array, height_m: float) -> Array:
    """3D distance of ends that stand `distance_m` apart on the map and `height_m` apart in height."""
    return np.hypot(distance_m, height_m)


def law_db(coefficients: tuple[float, float, float], slant: Array, carrier_hz: float) -> Array:
    """a + b log10(d_3D / 1 m) + c log10(f / 1 GHz)."""
    at_1_m_db, per_decade_m, per_decade_ghz = coefficients
    return at_1_m_db + per_decade_m * np.log10(slant) + per_decade_ghz * np.log10(carrier_hz / 1e9)
