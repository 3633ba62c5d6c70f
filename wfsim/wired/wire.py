"""A cable, a leased line, a fixed wireless link: constant rate and delay."""

from __future__ import annotations

from pydantic import Field

from wfsim.rng import Streams
from wfsim.wired import Carrier, Hop


class Wire(Hop, kind="wire"):
    """Constant rate and propagation delay."""

    rate_bps: float = Field(1e9, gt=0.0, description="rate of each direction, bit/s")
    delay_s: float = Field(0.0, ge=0.0, description="propagation delay, s")

    def realise(self, streams: Streams, link: str, start_s: float) -> Carrier:
        return Constant(self.rate_bps, self.delay_s)

    def expected_bps(self) -> float:
        return self.rate_bps

    def expected_delay_s(self) -> float:
        return self.delay_s


class Constant:
    """The same at all times."""

    def __init__(self, rate_bps: float, delay_s: float) -> None:
        self._rate_bps, self._delay_s = rate_bps, delay_s

    def finish_s(self, start_s: float, bits: float) -> float:
        """start + bits / rate."""
        return start_s + bits / self._rate_bps

    def bits_between(self, start_s: float, end_s: float) -> float:
        """rate x time."""
        return self._rate_bps * (end_s - start_s)

    def delay_s(self, t_s: float) -> float:
        """The delay."""
        return self._delay_s
