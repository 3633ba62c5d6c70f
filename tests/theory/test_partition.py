"""Partitions against closed forms.

Dir(alpha, ..., alpha) over n devices: E[p] = 1/n, Var[p] = (1/n)(1 - 1/n) / (n alpha + 1), Cov = -Var / (n - 1).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.learning.partition.dirichlet import Dirichlet
from wfsim.learning.partition.iid import Iid
from wfsim.learning.partition.quantity_skew import QuantitySkew
from wfsim.learning.partition.shards import LabelShards
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


@pytest.mark.parametrize("alpha", [0.3, 2.0])
def test_quantity_skew_moments(alpha):
    """Sizes are m + s p with p ~ Dir(alpha, ..., alpha) and s = n - K m left over: E = n / K, Var = s^2 Var[p]."""
    n, devices, least, draws = 2000, 4, 10, 400
    labels = np.zeros(n, np.int64)
    skew = QuantitySkew(alpha=alpha, min_examples=least)
    dealt = (skew.split(Streams(seed), list("abcd"), labels, labels[:0]).train for seed in range(draws))
    sizes = np.array([len(shard["b"]) for shard in dealt])
    first = sizes - n / devices
    spare = n - devices * least
    variance = spare**2 * (1 / devices) * (1 - 1 / devices) / (devices * alpha + 1)
    for samples, reference in ((first, 0.0), (first**2, variance)):
        assert abs(samples.mean() - reference) < 4.5 * samples.std(ddof=1) / math.sqrt(draws)


def test_quantity_skew_classes_are_hypergeometric():
    """However unequal the sizes are, a device with n of N examples holds n K / N of a class of size K."""
    labels = np.arange(20_000, dtype=np.int64) % 10
    shards = QuantitySkew().split(Streams(1), [f"d{i:02d}" for i in range(20)], labels, labels)
    counts = np.array([np.bincount(labels[shard], minlength=10) for shard in shards.train.values()])
    sizes = counts.sum(axis=1, keepdims=True)
    variance = sizes * 0.1 * 0.9 * (20_000 - sizes) / (20_000 - 1)
    assert (np.abs(counts - sizes / 10) < 4.5 * np.sqrt(variance)).all()


def test_shards_of_two_meet_in_one_class_as_often_as_cards_do():
    """With C classes of s shards, the second shard of a device is of the first one's class with (s - 1) / (C s - 1)."""
    classes, devices, draws = 10, 100, 60
    labels = np.repeat(np.arange(classes, dtype=np.int64), 40)
    each = 2 * devices // classes
    names = [f"d{i:03d}" for i in range(devices)]
    one_class = [
        sum(len(set(labels[own].tolist())) == 1 for own in shards.train.values()) / devices
        for shards in (LabelShards().split(Streams(seed), names, labels, labels[:0]) for seed in range(draws))
    ]
    reference = (each - 1) / (classes * each - 1)
    assert abs(np.mean(one_class) - reference) < 4.5 * np.std(one_class, ddof=1) / math.sqrt(draws)
