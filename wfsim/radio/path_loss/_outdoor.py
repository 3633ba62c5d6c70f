"""Models of outdoor stations, with devices outdoors or behind a wall (O2I, clause 7.4.3.1)."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from wfsim.radio.path_loss import Array, Bools
from wfsim.radio.path_loss._tr38901 import Tr38901, slant_m

_NEAREST_M, _FARTHEST_M = 10.0, 5_000.0
_DB_PER_INDOOR_M = 0.5


class Outdoor(Tr38901):
    """Valid from 10 m to 5 km on the map; indoors the O2I column of Table 7.5-6 replaces both LOS columns.

    O2I adds the mean penetration loss 5 - 10 log10(sum of shares of 10^(-L/10)) + 0.5 dB per metre indoors (its own
    spread of 4.4 or 6.5 dB is left out). No kind itself.
    """

    o2i_std_db: ClassVar[float] = 7.0
    o2i_shadow_m: ClassVar[float] = 7.0
    h_bs_m: float
    h_ut_m: float
    indoor_m: float

    o2i: Literal["none", "low", "high"] = Field(
        "none", description="penetration loss: low (old) or high (coated glass)"
    )

    def range_m(self, carrier_hz: float) -> tuple[float, float]:
        return _NEAREST_M, _FARTHEST_M

    def los_probability(self, distance_m: Array) -> Array | None:
        outside_m = np.asarray(distance_m, dtype=np.float64) - (0.0 if self.o2i == "none" else self.indoor_m)
        return self._los_probability(np.maximum(outside_m, 0.0))

    def loss_db(self, distance_m: Array, carrier_hz: float, los: Bools | None = None) -> Array:
        return super().loss_db(distance_m, carrier_hz, los) + self._penetration_db(carrier_hz)

    def shadow_std_db(self, los: Bools, distance_m: Array, carrier_hz: float) -> Array | None:
        if self.o2i != "none":
            return np.full(np.shape(distance_m), self.o2i_std_db)
        return super().shadow_std_db(los, distance_m, carrier_hz)

    def shadow_correlation_m(self, los: Bools) -> Array | None:
        if self.o2i != "none":
            return np.full(np.shape(los), self.o2i_shadow_m)
        return super().shadow_correlation_m(los)

    def _los_probability(self, outside_m: Array) -> Array:
        raise NotImplementedError(type(self).__name__)

    def _penetration_db(self, carrier_hz: float) -> float:
        return 0.0 if self.o2i == "none" else wall_db(self.o2i, carrier_hz) + _DB_PER_INDOOR_M * self.indoor_m

    def _slant_m(self, distance_m: Array) -> Array:
        return slant_m(distance_m, self.h_bs_m - self.h_ut_m)


def wall_db(o2i: str, carrier_hz: float) -> float:
    """Loss in dB of an outer wall: 30 % glass (low) or 70 % coated glass (high), else concrete. Table 7.4.3-2."""
    f_ghz = carrier_hz / 1e9
    glass_share, glass_db = (0.3, 2.0 + 0.2 * f_ghz) if o2i == "low" else (0.7, 23.0 + 0.3 * f_ghz)
    concrete_db = 5.0 + 4.0 * f_ghz
    passing = glass_share * 10.0 ** (-glass_db / 10.0) + (1.0 - glass_share) * 10.0 ** (-concrete_db / 10.0)
    return 5.0 - 10.0 * float(np.log10(passing))
