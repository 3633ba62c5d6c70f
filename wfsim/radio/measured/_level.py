"""Levels as SNRs: what a modem's log gives for a rate."""

from __future__ import annotations

from typing import Literal

import numpy as np

from wfsim.radio.measured import Direction, Setting
from wfsim.units import linear_to_db

Quantity = Literal["rate", "snr", "rsrp"]


def snr_over_level_db(quantity: Quantity, subcarrier_hz: float, direction: Direction, setting: Setting) -> float | None:
    """What makes P g / N0 in dB Hz of an SNR over the whole band, or of an RSRP; None for a rate.

    RSRP is the power of one subcarrier that the base station spreads evenly over the band (TS 36.214 5.1.1, TS 38.215
    5.1.1). The uplink has the same gain and the device's power: P_up / P_down of it.
    """
    if quantity == "rate":
        return None
    band_db = float(linear_to_db(np.float64(setting.bandwidth_hz)))
    if quantity == "snr":
        return band_db
    over_band_db = band_db - float(linear_to_db(np.float64(subcarrier_hz))) - setting.noise_dbm_per_hz
    return over_band_db + (setting.uplink_power_dbm - setting.downlink_power_dbm if direction == "up" else 0.0)
