"""Devices that come and go independently from one period to the next."""

from __future__ import annotations

from pydantic import Field

from wfsim.devices.availability import Availability
from wfsim.intervals import interval_of
from wfsim.rng import Streams


class Bernoulli(Availability, kind="bernoulli"):
    """In each period [k T, (k+1) T) a device is available with `probability`, independently of all else.

    Drawn at address (device, k). Boundaries are the floating-point products k T, and an instant on one belongs to the
    period that begins there. Valid for times below 2^52 periods.
    """

    probability: float = Field(0.9, gt=0, le=1, description="share of periods in which a device is available")
    period_s: float = Field(60.0, gt=0, description="period T, s")

    def is_available(self, streams: Streams, device: str, t_s: float) -> bool:
        return bool(streams.uniforms(1, "availability", device, interval_of(t_s, self.period_s))[0] < self.probability)

    def next_change_s(self, t_s: float) -> float:
        return (interval_of(t_s, self.period_s) + 1) * self.period_s
