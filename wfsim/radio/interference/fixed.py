"""Interference that is always there."""

from __future__ import annotations

from pydantic import Field

from wfsim.radio.interference import Direction, Interference
from wfsim.units import db_to_linear


class FixedInterference(Interference, kind="fixed"):
    """A constant rise of the noise floor, (I + N) / N in dB: SINR = SNR / rise. A link budget's interference margin.

    Holma and Toskala 2004, ch. 8 (interference margin). Valid where interference hardly varies over a transfer.
    """

    station_rise_db: float = Field(3.0, ge=0.0, le=100.0, description="rise at the station, for the uplink, dB")
    device_rise_db: float = Field(3.0, ge=0.0, le=100.0, description="rise at the devices, for the downlink, dB")

    def rise(self, direction: Direction) -> float:
        return float(db_to_linear(self.station_rise_db if direction == "up" else self.device_rise_db))
