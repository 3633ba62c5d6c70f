"""Devices that are there by the time of day: chargers at night, offices by day."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from wfsim.devices.availability import Availability
from wfsim.intervals import interval_of
from wfsim.rng import Streams


class Diurnal(Availability, kind="diurnal"):
    """In each period [k T, (k + 1) T) a device is available with p(k T) = mean + swing cos(2 pi (clock - peak) / day).

    The clock reads the scenario's `start_time` at t = 0. `spread_s` moves each device's own peak by a uniform draw in
    +- spread_s (shifts, time zones), at address (device); presence is drawn at address (device, k). That participation
    swings with the day, about fourfold, is reported by Bonawitz et al. 2019, arXiv 1902.01046 (hence mean 0.5, swing
    0.3); the cosine is ours, and not validated against measurements. Valid for T well below a day.
    """

    mean: float = Field(0.5, ge=0.0, le=1.0, description="probability of presence on average over a day")
    swing: float = Field(0.3, ge=0.0, le=0.5, description="how far the probability goes up and down by the hour")
    peak_s: float = Field(7_200.0, ge=0.0, description="clock of day of the greatest presence, seconds after midnight")
    spread_s: float = Field(0.0, ge=0.0, description="devices' own peaks lie up to so far from it, s")
    period_s: float = Field(600.0, gt=0.0, description="period T on which devices come and go, s")
    day_s: float = Field(86_400.0, gt=0.0, description="length of a day, s")

    @model_validator(mode="after")
    def _is_a_probability(self) -> Diurnal:
        if self.mean + self.swing > 1.0 or self.mean < self.swing:
            raise ValueError(f"mean {self.mean:g} +- swing {self.swing:g} leaves [0, 1]")
        return self

    def starting(self, start_s: float) -> Diurnal:
        return self.model_copy(update={"peak_s": self.peak_s - start_s})

    def probability(self, streams: Streams, device: str, t_s: float) -> float:
        """Of presence in the period that begins at `t_s`."""
        peak_s = self.peak_s
        if self.spread_s:
            peak_s += self.spread_s * (2.0 * float(streams.uniforms(1, "availability_peak", device)[0]) - 1.0)
        return self.mean + self.swing * math.cos(2.0 * math.pi * (t_s - peak_s) / self.day_s)

    def is_available(self, streams: Streams, device: str, t_s: float) -> bool:
        period = interval_of(t_s, self.period_s)
        drawn = float(streams.uniforms(1, "availability", device, period)[0])
        return drawn < self.probability(streams, device, period * self.period_s)

    def next_change_s(self, t_s: float) -> float:
        return (interval_of(t_s, self.period_s) + 1) * self.period_s
