"""Compute that takes no simulated time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.devices.compute import Compute
from wfsim.rng import Streams


class Instant(Compute, kind="instant"):
    """Local training takes 0 s at infinite speed, on purpose: the neutral model, for studies of the network alone."""

    def speeds_flops_per_s(self, streams: Streams, devices: Sequence[str]) -> NDArray[np.float64]:
        return np.full(len(devices), np.inf)

    def duration_s(self, flops: float, flops_per_s: float, generator: np.random.Generator) -> float:
        return 0.0
