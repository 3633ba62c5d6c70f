"""Models inside a building, whose validity is a range of the 3D distance."""

from __future__ import annotations

import math
from typing import ClassVar

from wfsim.radio.path_loss._tr38901 import Tr38901

_NEAREST_3D_M, _NEAREST_ON_MAP_M = 1.0, 0.01


class Indoor(Tr38901):
    """Valid from 1 m to `farthest_3d_m` between antennas. No kind itself: kinds give `h_bs_m` and `h_ut_m`."""

    farthest_3d_m: ClassVar[float]
    h_bs_m: float
    h_ut_m: float

    def range_m(self, carrier_hz: float) -> tuple[float, float]:
        nearest_m = max(_NEAREST_ON_MAP_M, self._on_the_map_m(_NEAREST_3D_M))
        return nearest_m, self._on_the_map_m(self.farthest_3d_m)

    def _on_the_map_m(self, slant: float) -> float:
        return math.sqrt(max(0.0, slant**2 - (self.h_bs_m - self.h_ut_m) ** 2))
