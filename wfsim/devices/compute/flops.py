"""Compute time from a speed per device and random slowdown per round."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.devices.compute import Compute
from wfsim.devices.distribution import Distribution
from wfsim.devices.distribution.log_normal import LogNormal
from wfsim.rng import Streams


class Flops(Compute, kind="flops"):
    """T = T0 (1 + jitter Exp(1)) with T0 = flops / flops_per_s: a shifted exponential of mean T0 (1 + jitter).

    Speeds are drawn once per device. Source: Lee et al. 2018, "Speeding up distributed machine learning using codes".
    Valid where arithmetic, not memory traffic, limits training; `flops_per_s` is the effective speed, not the peak.
    """

    flops_per_s: Distribution = Field(LogNormal(median=1e9, sigma=0.5), description="speed over devices, FLOP/s")
    jitter: float = Field(0.1, ge=0, description="mean slowdown as a fraction of the undisturbed time")

    def speeds_flops_per_s(self, streams: Streams, devices: Sequence[str]) -> NDArray[np.float64]:
        return np.array([self.flops_per_s.sample(streams.generator("compute_speed", name)) for name in devices])

    def duration_s(self, flops: float, flops_per_s: float, generator: np.random.Generator) -> float:
        return flops / flops_per_s * (1.0 + self.jitter * generator.standard_exponential())
