"""Presence by the time of day: the stated probability at every hour, whatever the clock reads at the start."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.devices.availability.diurnal import Diurnal
from wfsim.rng import Streams

DEVICES, HOUR_S, DAY_S = [f"d{number}" for number in range(4_000)], 3_600.0, 86_400.0


def share(rule: Diurnal, t_s: float) -> float:
    """Of the devices, those that are there."""
    return float(np.mean([rule.is_available(Streams(5), device, t_s) for device in DEVICES]))


def error(probability: float) -> float:
    """4.5 standard errors of a share."""
    return 4.5 * math.sqrt(probability * (1.0 - probability) / len(DEVICES))


@pytest.mark.parametrize("hour", [0, 3, 8, 14, 20])
def test_the_share_that_is_there_follows_the_cosine(hour: int) -> None:
    expected = 0.5 + 0.3 * math.cos(2.0 * math.pi * (hour - 2) / 24)
    assert abs(share(Diurnal(), hour * HOUR_S) - expected) < error(expected)


def test_spread_peaks_flatten_the_day_by_their_sinc() -> None:
    """The mean of cos over +- w is cos times sin(w) / w, here with w = 2 pi 6 h / 24 h."""
    width = 2.0 * math.pi * 6 / 24
    expected = 0.5 + 0.3 * math.sin(width) / width
    assert abs(share(Diurnal(spread_s=6 * HOUR_S), 2 * HOUR_S) - expected) < error(expected)
    assert expected < 0.8 - 2 * error(expected)


def test_the_clock_reads_the_start_time_at_zero() -> None:
    at_night, by_day = Diurnal().starting(2 * HOUR_S), Diurnal().starting(14 * HOUR_S)
    assert at_night.probability(Streams(1), "a", 0.0) == pytest.approx(0.8)
    assert by_day.probability(Streams(1), "a", 0.0) == pytest.approx(0.2)
    assert by_day.probability(Streams(1), "a", 12 * HOUR_S) == pytest.approx(0.8)


def test_days_repeat_in_probability_not_in_draws() -> None:
    rule, late_s = Diurnal(mean=0.5, swing=0.5), 8 * HOUR_S
    states = [[rule.is_available(Streams(1), name, late_s + day * DAY_S) for name in DEVICES[:64]] for day in (0, 1)]
    assert states[0] != states[1]
    assert all(rule.is_available(Streams(1), name, 2 * HOUR_S) for name in DEVICES[:64])
    assert not any(rule.is_available(Streams(1), name, 14 * HOUR_S) for name in DEVICES[:64])


@pytest.mark.parametrize(("mean", "swing"), [(0.9, 0.2), (0.1, 0.2)])
def test_what_is_no_probability_is_refused(mean: float, swing: float) -> None:
    with pytest.raises(ValueError, match="leaves"):
        Diurnal(mean=mean, swing=swing)
