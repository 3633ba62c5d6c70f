"""Rural macro cells."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from wfsim.radio.path_loss import Array, Bools
from wfsim.radio.path_loss._outdoor import Outdoor
from wfsim.radio.path_loss._validity import require_range
from wfsim.units import SPEED_OF_LIGHT_MPS

_FARTHEST_LOS_M = 10_000.0


class Rma(Outdoor, kind="rma"):
    """Open country, tall station. 3GPP TR 38.901 V17, RMa: LOS with the slope changing at d_BP = 2 pi h_bs h_ut f / c
    (std 4 dB before it, 6 dB beyond), NLOS of streets of width W and buildings of height h, never below LOS (std 8 dB).

    P(LOS) = exp(-(d - 10) / 1000). Shadowing correlated over 37 m (LOS) and 120 m (NLOS), the LOS state over 60 m.
    Valid for 0.5 to 30 GHz, 10 m to 5 km (10 km where the line of sight is given); O2I with low loss only.
    """

    highest_hz: ClassVar[float] = 30e9
    los_std_db: ClassVar[float] = 4.0
    far_los_std_db: ClassVar[float] = 6.0
    nlos_std_db: ClassVar[float] = 8.0
    los_shadow_m: ClassVar[float] = 37.0
    nlos_shadow_m: ClassVar[float] = 120.0
    o2i_std_db: ClassVar[float] = 8.0
    o2i_shadow_m: ClassVar[float] = 120.0

    o2i: Literal["none", "low"] = Field("none", description="penetration loss of an outer wall")
    h_bs_m: float = Field(35.0, ge=10.0, le=150.0, description="height of the station's antenna, m")
    h_ut_m: float = Field(1.5, ge=1.0, le=10.0, description="height of the devices' antennas, m")
    street_width_m: float = Field(20.0, ge=5.0, le=50.0, description="mean width W of streets, m")
    building_height_m: float = Field(5.0, ge=5.0, le=50.0, description="mean height h of buildings, m")
    indoor_m: float = Field(10.0 / 3.0, ge=0.0, le=10.0, description="depth behind the wall with `o2i`, m")

    def los_correlation_m(self) -> float | None:
        return 60.0

    def shadow_std_db(self, los: Bools, distance_m: Array, carrier_hz: float) -> Array | None:
        std_db = super().shadow_std_db(los, distance_m, carrier_hz)
        far = np.asarray(los) & (np.asarray(distance_m) > self._breakpoint_m(carrier_hz)) & (self.o2i == "none")
        return np.where(far, self.far_los_std_db, std_db)

    def _check(self, distance_m: Array, carrier_hz: float, los: Bools | None) -> None:
        seen = np.zeros(distance_m.shape, dtype=bool) if los is None else np.broadcast_to(los, distance_m.shape)
        super()._check(distance_m[~seen], carrier_hz, los)
        low_m, _ = self.range_m(carrier_hz)
        require_range(self.kind, "distance", distance_m[seen], "m", low=low_m, high=_FARTHEST_LOS_M)

    def _breakpoint_m(self, carrier_hz: float) -> float:
        return 2.0 * np.pi * self.h_bs_m * self.h_ut_m * carrier_hz / SPEED_OF_LIGHT_MPS

    def _los_probability(self, outside_m: Array) -> Array:
        return np.exp(-np.maximum(outside_m - 10.0, 0.0) / 1_000.0)

    def _los_db(self, distance_m: Array, carrier_hz: float) -> Array:
        break_m, slant = self._breakpoint_m(carrier_hz), self._slant_m(distance_m)
        far_db = self._near_los_db(np.array(break_m), carrier_hz) + 40.0 * np.log10(slant / break_m)
        return np.where(distance_m <= break_m, self._near_los_db(slant, carrier_hz), far_db)

    def _near_los_db(self, slant: Array, carrier_hz: float) -> Array:
        h = self.building_height_m
        free_db = 20.0 * np.log10(40.0 * np.pi * slant * carrier_hz / 3e9)
        excess_db = min(0.03 * h**1.72, 10.0) * np.log10(slant) - min(0.044 * h**1.72, 14.77)
        return free_db + excess_db + 0.002 * np.log10(h) * slant

    def _nlos_db(self, distance_m: Array, carrier_hz: float) -> Array:
        h, h_bs, slant = self.building_height_m, self.h_bs_m, self._slant_m(distance_m)
        streets_db = -7.1 * np.log10(self.street_width_m) + 7.5 * np.log10(h)
        station_db = -(24.37 - 3.7 * (h / h_bs) ** 2) * np.log10(h_bs)
        slope_db = (43.42 - 3.1 * np.log10(h_bs)) * (np.log10(slant) - 3.0)
        device_db = -(3.2 * np.log10(11.75 * self.h_ut_m) ** 2 - 4.97)
        return 161.04 + streets_db + station_db + slope_db + 20.0 * np.log10(carrier_hz / 1e9) + device_db
