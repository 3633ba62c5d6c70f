"""Student's interval covers the true mean as often as it says; pairing by common random numbers narrows it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.results.statistics import mean_interval, paired_interval

REPEATS = 4000


@pytest.mark.parametrize(("n", "level"), [(2, 0.95), (3, 0.9), (5, 0.95)])
def test_coverage_of_the_t_interval(n: int, level: float) -> None:
    samples = np.random.default_rng(7).normal(3.0, 2.0, (REPEATS, n))
    intervals = [mean_interval(sample, level) for sample in samples]
    covered = np.mean([found.low <= 3.0 <= found.high for found in intervals])
    assert abs(covered - level) < 4.5 * math.sqrt(level * (1.0 - level) / REPEATS)


def test_paired_width_is_that_of_the_differences() -> None:
    """With shared noise of variance 1 and own noise of variance v the variance of a difference is 2 v, not 2 (1 + v).

    E[s^2] of the differences from the squared half-width: s^2 = n (width / 2 t)^2; its standard error over R samples of
    n is 2 v sqrt(2 / (R (n - 1))).
    """
    n, v, t = 4, 0.01, 3.182446305284263
    generator = np.random.default_rng(8)
    shared = generator.normal(0.0, 1.0, (REPEATS // 4, n))
    a, b = (shared + generator.normal(0.0, math.sqrt(v), shared.shape) for _ in range(2))
    found = [paired_interval(x, y) for x, y in zip(a, b, strict=True)]
    variances = [n * ((each.high - each.low) / (2.0 * t)) ** 2 for each in found]
    assert abs(np.mean(variances) - 2.0 * v) < 4.5 * 2.0 * v * math.sqrt(2.0 / (len(found) * (n - 1)))
