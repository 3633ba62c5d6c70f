from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.devices.compute import Compute
from wfsim.devices.distribution.log_normal import LogNormal
from wfsim.part import describe_value
from wfsim.rng import Streams


def test_defaults():
    flops = Compute.parse("flops")
    assert flops.flops_per_s == LogNormal(median=1e9, sigma=0.5)
    assert flops.jitter == 0.1


def test_a_number_as_speed_and_no_jitter_give_flops_over_speed():
    flops = Compute.parse({"kind": "flops", "flops_per_s": 2e9, "jitter": 0})
    assert flops.speeds_flops_per_s(Streams(1), ["a", "b"]).tolist() == [2e9, 2e9]
    assert flops.duration_s(6e9, 2e9, Streams(1).generator("compute")) == 3.0


def test_jitter_only_slows_down_and_in_proportion():
    models = [Compute.parse({"kind": "flops", "jitter": jitter}) for jitter in (0.1, 0.2)]
    t = [model.duration_s(1e9, 1e9, Streams(1).generator("compute")) for model in models]
    assert t[0] > 1.0
    assert t[1] - 1.0 == pytest.approx(2 * (t[0] - 1.0))


def test_devices_differ_in_speed_and_seeds_differ():
    flops = Compute.parse("flops")
    speeds = [*flops.speeds_flops_per_s(Streams(1), ["a", "b"]), *flops.speeds_flops_per_s(Streams(2), ["a", "b"])]
    assert len(set(speeds)) == 4


def test_the_nested_distribution_is_written_out():
    text = describe_value(Compute.parse({"kind": "flops", "flops_per_s": 1e9}))
    speed = {"kind": "constant", "value": 1e9}
    assert text == {"kind": "flops", "flops_per_s": speed, "jitter": 0.1, "memory_bytes": None}


@pytest.mark.parametrize("fields", [{"jitter": -0.1}, {"flops_per_s": 0}, {"speed": 1e9}])
def test_impossible_settings_are_refused(fields):
    with pytest.raises(ValidationError):
        Compute.parse({"kind": "flops", **fields})
