"""Indoor offices."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from wfsim.radio.path_loss import Array
from wfsim.radio.path_loss._indoor import Indoor
from wfsim.radio.path_loss._tr38901 import law_db, slant_m

# office -> (distance from which P(LOS) falls, its scale, distance of the second piece, its scale, its factor)
_OFFICES = {"mixed": (1.2, 4.7, 6.5, 32.6, 0.32), "open": (5.0, 70.8, 49.0, 211.7, 0.54)}
_SECOND_FROM_M = {"mixed": 6.5, "open": np.nextafter(49.0, 50.0)}  # the table's pieces do not meet: < 6.5, but <= 49


class Inh(Indoor, kind="inh"):
    """Office floor. 3GPP TR 38.901 V17, InH.

    LOS: 32.4 + 17.3 log10 d_3D + 20 log10 f_GHz dB, std 3 dB. NLOS: 17.3 + 38.3 log10 d_3D + 24.9 log10 f_GHz, never
    below LOS, std 8.03 dB. P(LOS) of Table 7.4.2-1, open or mixed office. Shadowing correlated over 10 m (LOS) and
    6 m (NLOS), the LOS state over 10 m. Valid for 0.5 to 100 GHz and d_3D 1 to 150 m.
    """

    farthest_3d_m: ClassVar[float] = 150.0
    los_std_db: ClassVar[float] = 3.0
    nlos_std_db: ClassVar[float] = 8.03
    los_shadow_m: ClassVar[float] = 10.0
    nlos_shadow_m: ClassVar[float] = 6.0

    office: Literal["mixed", "open"] = Field("mixed", description="many walls, or open plan")
    h_bs_m: float = Field(3.0, ge=0.5, le=10.0, description="height of the station's antenna, m")
    h_ut_m: float = Field(1.0, ge=0.5, le=10.0, description="height of the devices' antennas, m")

    def los_probability(self, distance_m: Array) -> Array | None:
        start_m, near_m, second_m, far_m, factor = _OFFICES[self.office]
        near = np.exp(-(np.maximum(distance_m, start_m) - start_m) / near_m)
        far = factor * np.exp((second_m - np.asarray(distance_m)) / far_m)
        return np.where(np.asarray(distance_m) < _SECOND_FROM_M[self.office], near, far)

    def los_correlation_m(self) -> float | None:
        return 10.0

    def _los_db(self, distance_m: Array, carrier_hz: float) -> Array:
        return law_db((32.4, 17.3, 20.0), slant_m(distance_m, self.h_bs_m - self.h_ut_m), carrier_hz)

    def _nlos_db(self, distance_m: Array, carrier_hz: float) -> Array:
        return law_db((17.3, 38.3, 24.9), slant_m(distance_m, self.h_bs_m - self.h_ut_m), carrier_hz)
