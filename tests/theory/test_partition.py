"""Dir(alpha, ..., alpha) over n devices: E[p] = 1/n, Var[p] = (1/n)(1 - 1/n) / (n alpha + 1), Cov = -Var / (n - 1)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.learning.partition.dirichlet import Dirichlet
from wfsim.learning.partition.iid import Iid
from wfsim.rng import Streams

CLASSES, PER_CLASS = 300, 1000
LABELS = np.repeat(np.arange(CLASSES, dtype=np.int64), PER_CLASS)


@pytest.mark.parametrize("alpha", [0.3, 2.0])
def test_dirichlet_moments(alpha):
    n = 4
    shards = Dirichlet(alpha=alpha, min_examples=1).split(Streams(1), list("abcd"), LABELS, LABELS[:0])
    shares = np.array([np.bincount(LABELS[shards.train[name]], minlength=CLASSES) for name in "abcd"]) / PER_CLASS
    variance = (1 / n) * (1 - 1 / n) / (n * alpha + 1)
    first, second = shares[0] - 1 / n, shares[1] - 1 / n
    for samples, reference in ((first, 0.0), (first**2, variance), (first * second, -variance / (n - 1))):
        assert abs(samples.mean() - reference) < 4.5 * samples.std(ddof=1) / math.sqrt(CLASSES)


def test_iid_class_counts_are_hypergeometric():
    """A device with n of N examples holds n K / N of a class of size K, variance n (K/N)(1 - K/N)(N - n)/(N - 1)."""
    labels = np.arange(4000, dtype=np.int64) % 10
    shards = Iid().split(Streams(1), [f"d{i:02d}" for i in range(20)], labels, labels)
    counts = np.array([np.bincount(labels[shard], minlength=10) for shard in shards.train.values()])
    variance = 200 * 0.1 * 0.9 * (4000 - 200) / (4000 - 1)
    assert np.abs(counts - 20).max() < 4.5 * math.sqrt(variance)
    assert abs(counts.var() / variance - 1) < 4.5 * math.sqrt(2 / counts.size)
