"""LoRa's chirps: one fixed rate above the sensitivity of a spreading factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.link import Link
from wfsim.radio.lora import symbols
from wfsim.units import BITS_PER_BYTE, db_to_linear

_SLOW_FROM = 11  # SF11 and SF12 need the low data rate optimisation in 125 kHz
_FLOOR_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
_LARGEST_BYTES = {7: 235, 8: 235, 9: 128, 10: 64, 11: 64, 12: 64}


class Lora(Link, kind="lora"):
    """8 PL / (symbols(PL) 2^SF) bit/s/Hz from the demodulator's SNR floor of a spreading factor on, nothing below.

    The rate counts preamble and LoRa's own header, and is exact for packets of `payload_bytes`. Floors: -7.5 dB (SF7)
    to -20 dB (SF12) over the whole channel. Semtech SX1276 datasheet, 4.1.1. Valid for a device that has a channel of
    125 kHz to itself while it sends (access `dedicated`); collisions are not modelled.
    """

    spreading_factor: int = Field(7, ge=7, le=12, description="bits per symbol")
    coding_rate: int = Field(1, ge=1, le=4, description="1 to 4: 4/5 to 4/8")
    payload_bytes: int | None = Field(
        None, ge=1, le=255, description="bytes of the packets, headers included; null: the most that EU863-870 allows"
    )

    def efficiency(self, snr: NDArray[np.float64]) -> NDArray[np.float64]:
        heard = np.asarray(snr, dtype=np.float64) >= db_to_linear(_FLOOR_DB[self.spreading_factor])
        return np.where(heard, self._rate_bps_per_hz, 0.0)

    def at_cap(self, efficiency: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(efficiency) >= self._rate_bps_per_hz

    @property
    def _rate_bps_per_hz(self) -> float:
        spread, size = self.spreading_factor, self.payload_bytes or _LARGEST_BYTES[self.spreading_factor]
        chirps = symbols(size, spread, coding_rate=self.coding_rate, low_data_rate=spread >= _SLOW_FROM)
        return BITS_PER_BYTE * size / (chirps * 2**spread)
