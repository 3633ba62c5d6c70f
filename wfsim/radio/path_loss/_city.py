"""What stations in a city, below (UMi) or above (UMa) the roofs, have in common."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from wfsim.radio.path_loss import Array
from wfsim.radio.path_loss._outdoor import Outdoor
from wfsim.radio.path_loss._tr38901 import law_db
from wfsim.units import SPEED_OF_LIGHT_MPS


class City(Outdoor):
    """LOS: a + b log10 d_3D + c log10 f_GHz dB, from d_BP = 4 (h_bs - h_E)(h_ut - h_E) f / c on a + 40 log10 d_3D
    + c log10 f_GHz - e log10(d_BP^2 + (h_bs - h_ut)^2), h_E = 1 m. NLOS: such a law - g (h_ut - 1.5). No kind itself.
    """

    los: ClassVar[tuple[float, float, float]]
    beyond_db: ClassVar[float]
    nlos: ClassVar[tuple[float, float, float]]
    raised_db_per_m: ClassVar[float]

    h_ut_m: float = Field(1.5, ge=1.5, le=22.5, description="height of the devices' antennas, m")
    indoor_m: float = Field(25.0 / 3.0, ge=0.0, le=25.0, description="depth behind the wall with `o2i`, m")

    def los_correlation_m(self) -> float | None:
        return 50.0

    def _los_db(self, distance_m: Array, carrier_hz: float) -> Array:
        break_m, slant = self._breakpoint_m(carrier_hz), self._slant_m(distance_m)
        at_1_m_db, _, per_decade_ghz = self.los
        beyond_db = -self.beyond_db * np.log10(break_m**2 + (self.h_bs_m - self.h_ut_m) ** 2)
        far_db = law_db((at_1_m_db, 40.0, per_decade_ghz), slant, carrier_hz)
        return np.where(distance_m <= break_m, law_db(self.los, slant, carrier_hz), far_db + beyond_db)

    def _nlos_db(self, distance_m: Array, carrier_hz: float) -> Array:
        return law_db(self.nlos, self._slant_m(distance_m), carrier_hz) - self.raised_db_per_m * (self.h_ut_m - 1.5)

    def _breakpoint_m(self, carrier_hz: float) -> float:
        return 4.0 * (self.h_bs_m - 1.0) * (self.h_ut_m - 1.0) * carrier_hz / SPEED_OF_LIGHT_MPS


def street_probability(outside_m: Array, scale_m: float) -> Array:
    """1 up to 18 m, then 18/d + exp(-d/scale)(1 - 18/d)."""
    distance_m = np.maximum(outside_m, 18.0)
    return 18.0 / distance_m + np.exp(-distance_m / scale_m) * (1.0 - 18.0 / distance_m)
