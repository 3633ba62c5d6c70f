"""What every compute model promises."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.devices.compute import Compute
from wfsim.part import describe_value
from wfsim.rng import Streams

DEVICES = ["a", "b", "c"]


@pytest.fixture(params=sorted(Compute.kinds))
def compute(request):
    """One part of every kind: required fields take the first of their examples."""
    kind = Compute.kinds[request.param]
    fields = {name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required()}
    return Compute.parse({"kind": request.param, **fields})


def test_yaml_form_round_trips(compute):
    assert Compute.parse(describe_value(compute)) == compute


def test_there_is_one_positive_speed_per_device(compute):
    speeds = compute.speeds_flops_per_s(Streams(1), DEVICES)
    assert speeds.shape == (3,)
    assert speeds.dtype == np.float64
    assert (speeds > 0).all()


def test_adding_and_permuting_devices_shifts_nobody(compute):
    before = dict(zip(DEVICES, compute.speeds_flops_per_s(Streams(1), DEVICES), strict=True))
    more = ["x", "c", "a", "b"]
    after = dict(zip(more, compute.speeds_flops_per_s(Streams(1), more), strict=True))
    assert {name: after[name] for name in DEVICES} == before


def test_a_duration_is_finite_and_depends_on_its_generator_alone(compute):
    speed = compute.speeds_flops_per_s(Streams(1), DEVICES)[0]
    first, again = (compute.duration_s(1e9, speed, Streams(1).generator("compute", "a", 3)) for _ in range(2))
    assert first == again
    assert 0 <= first < np.inf


def test_no_work_takes_no_time(compute):
    speed = compute.speeds_flops_per_s(Streams(1), DEVICES)[0]
    assert compute.duration_s(0.0, speed, Streams(1).generator("compute", "a", 0)) == 0.0
