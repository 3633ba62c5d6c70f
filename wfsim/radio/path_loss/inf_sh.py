"""Indoor factory: sparse clutter, station above it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfsim.radio.path_loss._factory import Overlooking


class InfSh(Overlooking, kind="inf_sh"):
    """Factory hall, sparse clutter, station above it. 3GPP TR 38.901 V17, InF-SH.

    LOS: 31.84 + 21.5 log10 d_3D + 19 log10 f_GHz dB, std 4.3 dB. NLOS: 32.4 + 23 log10 d_3D + 20 log10 f_GHz,
    never below LOS, std 5.9 dB. P(LOS) = exp(-d_2D / k), k = -d_clutter / ln(1 - r) (h_bs - h_ut) / (h_c - h_ut).
    Shadowing correlated over 10 m. Valid for 0.5 to 100 GHz, d_3D 1 to 600 m, clutter density below 0.4,
    h_ut < clutter height < h_bs.
    """

    nlos: ClassVar[tuple[tuple[float, float, float], ...]] = ((32.4, 23.0, 20.0),)
    nlos_std_db: ClassVar[float] = 5.9

    clutter_density: float = Field(0.2, ge=0.01, lt=0.4, description="share of the floor under clutter")
    clutter_size_m: float = Field(10.0, gt=0.0, le=100.0, description="typical size of clutter, m")
    clutter_height_m: float = Field(2.0, gt=0.0, le=10.0, description="mean height of clutter, m")
