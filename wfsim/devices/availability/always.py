"""Devices that are always there."""

from __future__ import annotations

import math

from wfsim.devices.availability import Availability
from wfsim.rng import Streams


class Always(Availability, kind="always"):
    """Every device is available at every time: the neutral model."""

    def is_available(self, streams: Streams, device: str, t_s: float) -> bool:
        return True

    def next_change_s(self, t_s: float) -> float:
        return math.inf
