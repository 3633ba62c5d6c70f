"""Indoor factory: sparse clutter, station within it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfsim.radio.path_loss._factory import Cluttered


class InfSl(Cluttered, kind="inf_sl"):
    """Factory hall, sparse clutter, station within it. 3GPP TR 38.901 V17, InF-SL.

    LOS: 31.84 + 21.5 log10 d_3D + 19 log10 f_GHz dB, std 4.3 dB. NLOS: 33 + 25.5 log10 d_3D + 20 log10 f_GHz,
    never below LOS, std 5.7 dB. P(LOS) = exp(-d_2D / k), k = -d_clutter / ln(1 - r).
    Shadowing correlated over 10 m. Valid for 0.5 to 100 GHz, d_3D 1 to 600 m, clutter density below 0.4,
    a station below the tops of the clutter.
    """

    nlos: ClassVar[tuple[tuple[float, float, float], ...]] = ((33.0, 25.5, 20.0),)
    nlos_std_db: ClassVar[float] = 5.7

    h_bs_m: float = Field(1.5, ge=0.5, le=25.0, description="height of the station's antenna, m")
    h_ut_m: float = Field(1.5, ge=0.5, le=25.0, description="height of the devices' antennas, m")
    clutter_density: float = Field(0.2, ge=0.01, lt=0.4, description="share of the floor under clutter")
    clutter_size_m: float = Field(10.0, gt=0.0, le=100.0, description="typical size of clutter, m")
