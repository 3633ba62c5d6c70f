"""Urban macro cells."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from wfsim.radio.path_loss import Array
from wfsim.radio.path_loss._city import City, street_probability


class Uma(City, kind="uma"):
    """City, station above the roofs. 3GPP TR 38.901 V17, UMa.

    LOS: 28 + 22 log10 d_3D + 20 log10 f_GHz dB, beyond d_BP 28 + 40 log10 d_3D + 20 log10 f_GHz
    - 9 log10(d_BP^2 + (h_bs - h_ut)^2), std 4 dB. NLOS: 13.54 + 39.08 log10 d_3D + 20 log10 f_GHz - 0.6 (h_ut - 1.5),
    never below LOS, std 6 dB. P(LOS) of Table 7.4.2-1, higher for h_ut above 13 m. Shadowing correlated over 37 m (LOS)
    and 50 m (NLOS), the LOS state over 50 m. Valid for 0.5 to 100 GHz, 10 m to 5 km; the table is for h_bs 25 m. The
    breakpoint takes h_E = 1 m, which above h_ut 13 m is one of several heights that the table draws from.
    """

    los: ClassVar[tuple[float, float, float]] = (28.0, 22.0, 20.0)
    beyond_db: ClassVar[float] = 9.0
    nlos: ClassVar[tuple[float, float, float]] = (13.54, 39.08, 20.0)
    raised_db_per_m: ClassVar[float] = 0.6
    los_std_db: ClassVar[float] = 4.0
    nlos_std_db: ClassVar[float] = 6.0
    los_shadow_m: ClassVar[float] = 37.0
    nlos_shadow_m: ClassVar[float] = 50.0

    h_bs_m: float = Field(25.0, ge=10.0, le=150.0, description="height of the station's antenna, m")

    def _los_probability(self, outside_m: Array) -> Array:
        raised = (max(self.h_ut_m - 13.0, 0.0) / 10.0) ** 1.5
        bump = 1.25 * raised * (outside_m / 100.0) ** 3 * np.exp(-outside_m / 150.0)
        return np.where(outside_m <= 18.0, 1.0, street_probability(outside_m, 63.0) * (1.0 + bump))
