from __future__ import annotations

import math

from wfsim.devices.compute import Compute
from wfsim.rng import Streams


def test_any_work_takes_no_time_at_infinite_speed():
    instant = Compute.parse("instant")
    assert instant.speeds_flops_per_s(Streams(1), ["a", "b"]).tolist() == [math.inf, math.inf]
    assert instant.duration_s(1e18, math.inf, Streams(1).generator("compute")) == 0.0
