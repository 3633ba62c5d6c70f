"""What every compute model promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.devices.compute import Compute
from wfsim.rng import Streams

_DEVICES = ["a", "b", "c"]


def check_there_is_one_positive_speed_per_device(compute: Compute) -> None:
    """In FLOP/s, infinity allowed."""
    speeds = compute.speeds_flops_per_s(Streams(1), _DEVICES)
    require_equal(speeds.shape, (len(_DEVICES),), "the shape of the speeds of three devices")
    require_equal(speeds.dtype, np.dtype(np.float64), "the type of the speeds")
    require((speeds > 0).all(), f"a speed is {speeds.min():g} FLOP/s: it must be above 0")


def check_adding_and_permuting_devices_shifts_nobody(compute: Compute) -> None:
    """Every device draws at its own address."""
    before = dict(zip(_DEVICES, compute.speeds_flops_per_s(Streams(1), _DEVICES), strict=True))
    more = ["x", "c", "a", "b"]
    after = dict(zip(more, compute.speeds_flops_per_s(Streams(1), more), strict=True))
    same = {name: after[name] for name in _DEVICES} == before
    require(same, "a device's speed changes when devices are added or reordered")


def check_a_duration_is_finite_and_depends_on_its_generator_alone(compute: Compute) -> None:
    """Two generators at one address give one duration."""
    speed = compute.speeds_flops_per_s(Streams(1), _DEVICES)[0]
    first, again = (compute.duration_s(1e9, speed, Streams(1).generator("compute", "a", 3)) for _ in range(2))
    require(first == again, f"the same draw takes {first:g} s and {again:g} s")
    require(0 <= first < np.inf, f"1e9 operations take {first:g} s")


def check_no_work_takes_no_time(compute: Compute) -> None:
    """Zero operations, zero seconds."""
    speed = compute.speeds_flops_per_s(Streams(1), _DEVICES)[0]
    duration_s = compute.duration_s(0.0, speed, Streams(1).generator("compute", "a", 0))
    require_equal(duration_s, 0.0, "the duration of no work")
