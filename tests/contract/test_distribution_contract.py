"""What every distribution promises."""

from __future__ import annotations

import math

import pytest

from wfsim.devices.distribution import Distribution
from wfsim.part import describe_value
from wfsim.rng import Streams


@pytest.fixture(params=sorted(Distribution.kinds))
def distribution(request):
    """One part of every kind: required fields take the first of their examples."""
    kind = Distribution.kinds[request.param]
    fields = {name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required()}
    return Distribution.parse({"kind": request.param, **fields})


def test_yaml_form_round_trips(distribution):
    assert Distribution.parse(describe_value(distribution)) == distribution


def test_samples_are_positive_and_finite(distribution):
    generator = Streams(1).generator("distribution")
    samples = [distribution.sample(generator) for _ in range(1000)]
    assert all(isinstance(x, float) and x > 0 and math.isfinite(x) for x in samples)


def test_a_sample_depends_on_its_generator_alone(distribution):
    first, again = (distribution.sample(Streams(1).generator("distribution", 7)) for _ in range(2))
    assert first == again
