from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import RunError
from wfsim.learning.partition.quantity_skew import QuantitySkew
from wfsim.rng import Streams

LABELS = np.arange(2000, dtype=np.int64) % 10
NAMES = [f"d{i:02d}" for i in range(20)]


def sizes(seed=1, **fields):
    shards = QuantitySkew(**fields).split(Streams(seed), NAMES, LABELS, LABELS[:0])
    return np.array([len(indices) for indices in shards.train.values()])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fields", [{"alpha": 0.05}, {"law": "power_law", "exponent": 3.0}])
def test_every_device_gets_its_minimum(seed, fields):
    found = sizes(seed, min_examples=30, **fields)
    assert found.min() >= 30 and found.sum() == 2000


def test_a_power_law_in_an_order_of_the_seed():
    weights = 1 / np.arange(1, 21)
    fair = 1 + weights / weights.sum() * (2000 - 20)
    one, two = (sizes(seed, law="power_law", min_examples=1) for seed in (1, 2))
    assert np.abs(np.sort(one)[::-1] - fair).max() <= 1
    assert not np.array_equal(one, two)


def test_exponent_zero_is_equal():
    assert np.ptp(sizes(law="power_law", exponent=0.0)) <= 1


def test_smaller_alpha_skews_more():
    assert sizes(alpha=0.1).std() > 2 * sizes(alpha=5.0).std() > 4 * sizes(alpha=1e4).std()


def test_test_examples_follow_the_sizes_and_classes():
    shards = QuantitySkew().split(Streams(1), NAMES, LABELS, LABELS)
    assert all(
        np.array_equal(np.bincount(LABELS[shards.train[name]]), np.bincount(LABELS[shards.test[name]]))
        for name in NAMES
    )


def test_an_impossible_minimum_is_refused_with_the_numbers():
    with pytest.raises(RunError, match="cannot give 20 devices at least 101 of 2000 training examples each"):
        sizes(min_examples=101)


@pytest.mark.parametrize("fields", [{"alpha": 0.0}, {"exponent": -1.0}, {"min_examples": 0}, {"law": "zipf"}])
def test_impossible_settings_are_refused(fields):
    with pytest.raises(ValidationError):
        QuantitySkew(**fields)
