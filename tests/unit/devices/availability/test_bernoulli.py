from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from wfsim.devices.availability import Availability
from wfsim.devices.availability.bernoulli import Bernoulli
from wfsim.rng import Streams

AWKWARD_PERIODS_S = [0.1, 0.3, 0.7, 1 / 3, 1e-3, 60.0, 86400.1]
PERIODS = [1, 2, 3, 5, 6, 7, 10, 29, 57, 58, 1_000_003, 123_456_789, 2**40 + 1]


def state(bernoulli, t_s):
    """Which of 64 devices are there: 64 bits that tell one period from another."""
    return [bernoulli.is_available(Streams(1), f"d{i}", t_s) for i in range(64)]


@pytest.mark.parametrize("period_s", AWKWARD_PERIODS_S)
@pytest.mark.parametrize("k", PERIODS)
def test_an_instant_on_a_boundary_belongs_to_the_new_period(period_s, k):
    bernoulli = Bernoulli(probability=0.5, period_s=period_s)
    boundary_s = k * period_s
    before_s = math.nextafter(boundary_s, 0.0)
    assert bernoulli.next_change_s(before_s) == boundary_s
    assert bernoulli.next_change_s(boundary_s) == (k + 1) * period_s
    assert state(bernoulli, boundary_s) == state(bernoulli, 0.5 * (boundary_s + (k + 1) * period_s))
    assert state(bernoulli, boundary_s) != state(bernoulli, before_s)


@pytest.mark.parametrize("period_s", AWKWARD_PERIODS_S)
@pytest.mark.parametrize("start_s", [0.0, 12345.6789, 3.3e7])
def test_sleeping_until_the_next_change_always_gets_there(period_s, start_s):
    bernoulli, now_s = Bernoulli(period_s=period_s), start_s
    for _ in range(500):
        following_s = bernoulli.next_change_s(now_s)
        assert following_s > now_s
        now_s = now_s + (following_s - now_s)
    assert now_s == pytest.approx(start_s + 500 * period_s, abs=1.01 * period_s)


def test_certain_devices_are_always_there():
    assert all(state(Bernoulli(probability=1.0), t_s) == [True] * 64 for t_s in (0.0, 59.0, 60.0, 1e6))


def test_devices_differ_and_a_higher_probability_only_adds_devices():
    rare, common = (state(Bernoulli(probability=p), 0.0) for p in (0.3, 0.6))
    assert 0 < sum(rare) < sum(common) < 64
    assert all(more or not less for less, more in zip(rare, common, strict=True))


@pytest.mark.parametrize("fields", [{"probability": 0}, {"probability": 1.1}, {"period_s": 0}])
def test_impossible_settings_are_refused(fields):
    with pytest.raises(ValidationError):
        Availability.parse({"kind": "bernoulli", **fields})
