"""Urban micro cells."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfsim.radio.path_loss import Array
from wfsim.radio.path_loss._city import City, street_probability


class Umi(City, kind="umi"):
    """Street canyon, station below the roofs. 3GPP TR 38.901 V17, UMi.

    LOS: 32.4 + 21 log10 d_3D + 20 log10 f_GHz dB, beyond d_BP 32.4 + 40 log10 d_3D + 20 log10 f_GHz
    - 9.5 log10(d_BP^2 + (h_bs - h_ut)^2), std 4 dB. NLOS: 22.4 + 35.3 log10 d_3D + 21.3 log10 f_GHz - 0.3 (h_ut - 1.5),
    never below LOS, std 7.82 dB. P(LOS) = 18/d + exp(-d/36)(1 - 18/d). Shadowing correlated over 10 m (LOS) and 13 m
    (NLOS), the LOS state over 50 m. Valid for 0.5 to 100 GHz, 10 m to 5 km; the table is for h_bs 10 m.
    """

    los: ClassVar[tuple[float, float, float]] = (32.4, 21.0, 20.0)
    beyond_db: ClassVar[float] = 9.5
    nlos: ClassVar[tuple[float, float, float]] = (22.4, 35.3, 21.3)
    raised_db_per_m: ClassVar[float] = 0.3
    los_std_db: ClassVar[float] = 4.0
    nlos_std_db: ClassVar[float] = 7.82
    los_shadow_m: ClassVar[float] = 10.0
    nlos_shadow_m: ClassVar[float] = 13.0

    h_bs_m: float = Field(10.0, ge=3.0, le=20.0, description="height of the station's antenna, m")

    def _los_probability(self, outside_m: Array) -> Array:
        return street_probability(outside_m, 36.0)
