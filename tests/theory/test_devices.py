"""Devices against closed forms."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from wfsim.devices.availability.bernoulli import Bernoulli
from wfsim.devices.compute.flops import Flops
from wfsim.devices.distribution import Distribution
from wfsim.devices.energy.cmos import Cmos
from wfsim.rng import Streams

ORACLES = json.loads(Path(__file__).with_name("devices.json").read_text(encoding="utf-8"))
LAWS = [
    ({"kind": "constant", "value": 3.0}, 3.0, 3.0),
    ({"kind": "uniform", "low": 2.0, "high": 6.0}, 4.0, 4.0),
    ({"kind": "log_normal", "median": 2.0, "sigma": 0.5}, 2.0 * math.exp(0.125), 2.0),
]


def assert_mean(samples, reference):
    """|mean - reference| < 4.5 standard errors (or rounding, where nothing varies)."""
    samples = np.asarray(samples, dtype=float)
    error = samples.std(ddof=1) / math.sqrt(len(samples))
    assert abs(samples.mean() - reference) < 4.5 * error + 1e-12 * abs(reference)


def draw(law, count):
    distribution, generator = Distribution.parse(law), Streams(1).generator("theory")
    return np.array([distribution.sample(generator) for _ in range(count)])


@pytest.mark.parametrize(("law", "mean", "median"), LAWS)
def test_distribution_mean(law, mean, median):
    assert_mean(draw(law, 10_000), mean)


@pytest.mark.parametrize(("law", "mean", "median"), LAWS[1:])
def test_distribution_median(law, mean, median):
    below = np.mean(draw(law, 10_000) < median)
    assert abs(below - 0.5) < 4.5 * 0.5 / math.sqrt(10_000)


def test_log_normal_sigma_is_the_spread_of_the_logarithm():
    logs = np.log(draw({"kind": "log_normal", "median": 2.0, "sigma": 0.5}, 10_000))
    assert_mean((logs - math.log(2.0)) ** 2, 0.25)


@pytest.mark.parametrize("case", ORACLES["max_shifted_exponential"]["cases"])
def test_the_slowest_of_n_devices(case):
    n, shift_s, rate = case["n"], case["a"], case["mu"]
    compute, flops_per_s = Flops(jitter=1.0 / (rate * shift_s)), 1e9
    generators = [Streams(1).generator("compute", f"d{i}", r) for r in range(2000) for i in range(n)]
    times = np.array([compute.duration_s(shift_s * flops_per_s, flops_per_s, g) for g in generators]).reshape(-1, n)
    assert times.min() >= shift_s
    assert_mean(times.max(axis=1), case["E_max"])


@pytest.mark.parametrize("case", ORACLES["device_energy"]["cases"])
@pytest.mark.parametrize("flops_per_cycle", [1.0, 4.0])
def test_cmos_energy_and_undisturbed_time(case, flops_per_cycle):
    flops, flops_per_s = case["C"] * flops_per_cycle, case["f"] * flops_per_cycle
    duration_s = Flops(jitter=0).duration_s(flops, flops_per_s, Streams(1).generator("compute"))
    energy = Cmos(kappa=case["kappa"], flops_per_cycle=flops_per_cycle, amplifier_efficiency=1.0, circuit_w=0.0)
    assert duration_s == pytest.approx(case["T"], rel=1e-12)
    assert energy.compute_j(flops, flops_per_s, duration_s) == pytest.approx(case["E"], rel=1e-12)
    assert energy.transmit_j(0.2, case["T"]) == pytest.approx(0.2 * case["T"], rel=1e-12)


def test_bernoulli_share_and_independence_of_periods():
    bernoulli = Bernoulli(probability=0.3, period_s=0.1)
    there = np.array([[bernoulli.is_available(Streams(1), f"d{d}", k * 0.1) for k in range(1000)] for d in range(8)])
    for hits, reference in ((there, 0.3), (there[:, ::2] & there[:, 1::2], 0.09), (there[::2] & there[1::2], 0.09)):
        assert abs(hits.mean() - reference) < 4.5 * math.sqrt(reference * (1 - reference) / hits.size)
