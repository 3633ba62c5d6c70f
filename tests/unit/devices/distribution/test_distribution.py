from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.devices.distribution import Distribution
from wfsim.devices.distribution.constant import Constant
from wfsim.part import Section
from wfsim.rng import Streams


class Holder(Section):
    value: Distribution


@pytest.mark.parametrize("number", [3, 3.0])
def test_a_bare_number_means_constant(number):
    assert Holder(value=number).value == Constant(value=3.0)


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), True, None, "three", [3.0]])
def test_what_is_not_a_positive_number_or_a_kind_is_refused(value):
    with pytest.raises(ValidationError):
        Holder(value=value)


def test_a_number_dumps_as_the_kind_it_means():
    assert Holder(value=3).model_dump(mode="json") == {"value": {"kind": "constant", "value": 3.0}}


def test_constant_draws_nothing():
    generator = Streams(1).generator("x")
    assert Constant(value=2.5).sample(generator) == 2.5
    assert generator.random() == Streams(1).generator("x").random()


def test_uniform_stays_in_its_interval_and_refuses_an_empty_one():
    uniform = Distribution.parse({"kind": "uniform", "low": 2.0, "high": 3.0})
    generator = Streams(1).generator("x")
    samples = [uniform.sample(generator) for _ in range(500)]
    assert 2.0 <= min(samples) < 2.1
    assert 2.9 < max(samples) < 3.0
    with pytest.raises(ValidationError, match="low 3 must not exceed high 2"):
        Distribution.parse({"kind": "uniform", "low": 3.0, "high": 2.0})


def test_log_normal_without_spread_is_its_median():
    narrow = Distribution.parse({"kind": "log_normal", "median": 7.0, "sigma": 0.0})
    assert narrow.sample(Streams(1).generator("x")) == 7.0


@pytest.mark.parametrize("fields", [{"median": 0.0, "sigma": 1.0}, {"median": 1.0, "sigma": -0.1}])
def test_impossible_log_normals_are_refused(fields):
    with pytest.raises(ValidationError):
        Distribution.parse({"kind": "log_normal", **fields})
