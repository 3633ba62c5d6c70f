"""Urban micro cells."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from wfsim.radio.path_loss import Array
from wfsim.radio.path_loss._outdoor import Outdoor, breakpoint_m, street_probability
from wfsim.radio.path_loss._tr38901 import law_db


class Umi(Outdoor, kind="umi"):
    """Street canyon, station below the roofs. 3GPP TR 38.901 V17, UMi.

    LOS: 32.4 + 21 log10 d_3D + 20 log10 f_GHz dB, beyond d_BP 32.4 + 40 log10 d_3D + 20 log10 f_GHz
    - 9.5 log10(d_BP^2 + (h_bs - h_ut)^2), std 4 dB. NLOS: 22.4 + 35.3 log10 d_3D + 21.3 log10 f_GHz - 0.3 (h_ut - 1.5),
    never below LOS, std 7.82 dB. P(LOS) = 18/d + exp(-d/36)(1 - 18/d). Shadowing correlated over 10 m (LOS) and 13 m
    (NLOS), the LOS state over 50 m. Valid for 0.5 to 100 GHz, 10 m to 5 km; the table is for h_bs 10 m.
    """

    los_std_db: ClassVar[float] = 4.0
    nlos_std_db: ClassVar[float] = 7.82
    los_shadow_m: ClassVar[float] = 10.0
    nlos_shadow_m: ClassVar[float] = 13.0

    h_bs_m: float = Field(10.0, ge=3.0, le=20.0, description="height of the station's antenna, m")
    h_ut_m: float = Field(1.5, ge=1.5, le=22.5, description="height of the devices' antennas, m")
    indoor_m: float = Field(25.0 / 3.0, ge=0.0, le=25.0, description="depth behind the wall with `o2i`, m")

    def los_correlation_m(self) -> float | None:
        return 50.0

    def _los_probability(self, outside_m: Array) -> Array:
        return street_probability(outside_m, 36.0)

    def _los_db(self, distance_m: Array, carrier_hz: float) -> Array:
        break_m, slant = breakpoint_m(self.h_bs_m, self.h_ut_m, carrier_hz), self._slant_m(distance_m)
        beyond_db = -9.5 * np.log10(break_m**2 + (self.h_bs_m - self.h_ut_m) ** 2)
        near_db, far_db = law_db((32.4, 21.0, 20.0), slant, carrier_hz), law_db((32.4, 40.0, 20.0), slant, carrier_hz)
        return np.where(distance_m <= break_m, near_db, far_db + beyond_db)

    def _nlos_db(self, distance_m: Array, carrier_hz: float) -> Array:
        return law_db((22.4, 35.3, 21.3), self._slant_m(distance_m), carrier_hz) - 0.3 * (self.h_ut_m - 1.5)
