"""Indoor factory halls (InF)."""

from __future__ import annotations

import math
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from wfsim.radio.path_loss import Array
from wfsim.radio.path_loss._indoor import Indoor
from wfsim.radio.path_loss._tr38901 import law_db, slant_m

LOS = (31.84, 21.5, 19.0)


class Factory(Indoor):
    """LOS: 31.84 + 21.5 log10 d_3D + 19 log10 f_GHz dB, std 4.3 dB; correlation distances 10 m. No kind itself."""

    farthest_3d_m: ClassVar[float] = 600.0
    los_std_db: ClassVar[float] = 4.3
    los_shadow_m: ClassVar[float] = 10.0
    nlos_shadow_m: ClassVar[float] = 10.0
    nlos: ClassVar[tuple[tuple[float, float, float], ...]]

    def _los_db(self, distance_m: Array, carrier_hz: float) -> Array:
        return law_db(LOS, slant_m(distance_m, self.h_bs_m - self.h_ut_m), carrier_hz)

    def _nlos_db(self, distance_m: Array, carrier_hz: float) -> Array:
        slant = slant_m(distance_m, self.h_bs_m - self.h_ut_m)
        return np.max([law_db(law, slant, carrier_hz) for law in self.nlos], axis=0)


class Cluttered(Factory):
    """P(LOS) = exp(-d_2D / k), k = -d_clutter / ln(1 - r); the LOS state decorrelates over d_clutter / 2."""

    clutter_density: float
    clutter_size_m: float

    def los_probability(self, distance_m: Array) -> Array | None:
        return np.exp(-np.asarray(distance_m, dtype=np.float64) / self._reach_m())

    def los_correlation_m(self) -> float | None:
        return self.clutter_size_m / 2.0

    def _reach_m(self) -> float:
        return -self.clutter_size_m / math.log(1.0 - self.clutter_density)


class Overlooking(Cluttered):
    """The station stands above the clutter: k grows by (h_bs - h_ut) / (h_clutter - h_ut)."""

    h_bs_m: float = Field(8.0, ge=0.5, le=25.0, description="height of the station's antenna, m")
    h_ut_m: float = Field(1.5, ge=0.5, le=25.0, description="height of the devices' antennas, m")
    clutter_height_m: float

    @model_validator(mode="after")
    def _station_above_clutter(self) -> Self:
        if not self.h_ut_m < self.clutter_height_m < self.h_bs_m:
            raise ValueError(
                f"{self.kind} needs h_ut_m {self.h_ut_m:g} < clutter_height_m {self.clutter_height_m:g} "
                f"< h_bs_m {self.h_bs_m:g}: the station above the clutter, the device within it"
            )
        return self

    def _reach_m(self) -> float:
        return super()._reach_m() * (self.h_bs_m - self.h_ut_m) / (self.clutter_height_m - self.h_ut_m)
