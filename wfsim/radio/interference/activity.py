"""Interference of the other simulated cells, while they send."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfsim.radio.interference import Interference
from wfsim.units import db_to_linear


class ActivityInterference(Interference, kind="activity"):
    """Co-channel cells: SINR = P g / (N + sum of P_i g_i over what is on the air in other cells).

    Each sender counts with its mean cross gain g_i (path loss and shadowing; the fading of interferers is left out) and
    averaged over the band, P_i g_i / band: uplink devices send with full power in their shares, stations in the part of
    the band in use. A sender counts while it has a share, even at a rate of zero; foreign traffic does not. Valid where
    shares lie at random in the band (hopping, interleaving). One cell alone hears nobody.
    """

    couples: ClassVar[bool] = True

    least_db: float = Field(-30.0, ge=-200.0, le=50.0, description="a sender this far under the noise is left out, dB")

    def least(self) -> float:
        return float(db_to_linear(self.least_db))
