"""Indoor factory: both ends above the clutter."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from wfsim.radio.path_loss import Array
from wfsim.radio.path_loss._factory import LOS, Factory


class InfHh(Factory, kind="inf_hh"):
    """Factory hall, both ends above the clutter: always a line of sight. 3GPP TR 38.901 V17, InF-HH.

    31.84 + 21.5 log10 d_3D + 19 log10 f_GHz dB, std 4.3 dB, shadowing correlated over 10 m. Valid for 0.5 to 100 GHz
    and d_3D 1 to 600 m.
    """

    nlos: ClassVar[tuple[tuple[float, float, float], ...]] = (LOS,)
    nlos_std_db: ClassVar[float] = Factory.los_std_db

    h_bs_m: float = Field(8.0, ge=0.5, le=25.0, description="height of the station's antenna, m")
    h_ut_m: float = Field(8.0, ge=0.5, le=25.0, description="height of the devices' antennas, m")

    def los_probability(self, distance_m: Array) -> Array | None:
        return np.ones(np.shape(distance_m))
