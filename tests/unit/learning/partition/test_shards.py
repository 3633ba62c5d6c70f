from __future__ import annotations

import numpy as np
import pytest

from wfsim.errors import RunError
from wfsim.learning.partition.shards import LabelShards
from wfsim.rng import Streams

LABELS = np.random.default_rng(1).permutation(np.arange(2000, dtype=np.int64) % 10)
NAMES = [f"d{i:02d}" for i in range(20)]


def class_counts(shard, labels=LABELS):
    return np.array([np.bincount(labels[indices], minlength=10) for indices in shard.values()])


def test_two_shards_of_half_a_class_each():
    counts = class_counts(LabelShards().split(Streams(1), NAMES, LABELS, LABELS[:0]).train)
    assert set(np.unique(counts).tolist()) <= {0, 50, 100}
    assert (counts.sum(axis=1) == 100).all()
    assert ((counts > 0).sum(axis=1) <= 2).all()


def test_more_shards_per_device_mix_more_classes():
    one, five = (class_counts(LabelShards(per_device=k).split(Streams(1), NAMES, LABELS, LABELS).train) for k in (1, 5))
    assert (one > 0).sum(axis=1).tolist() == [1] * 20
    assert (five > 0).sum(axis=1).mean() > 3


def test_shards_that_fit_badly_differ_in_size_by_at_most_one_each():
    shards = LabelShards(per_device=3).split(Streams(1), NAMES[:7], LABELS, LABELS)
    assert {len(indices) for indices in shards.train.values()} <= {3 * 95, 3 * 95 + 1, 3 * 95 + 2, 3 * 95 + 3}


def test_test_examples_are_of_the_classes_of_the_device():
    shards = LabelShards().split(Streams(1), NAMES, LABELS, LABELS[:500])
    train, test = class_counts(shards.train), class_counts(shards.test)
    assert not test[train == 0].any()
    assert np.abs(test - train * np.bincount(LABELS[:500], minlength=10) / 200).max() <= 1


def test_a_class_that_only_the_test_set_holds_is_dealt_evenly():
    shards = LabelShards().split(Streams(1), ["a", "b"], LABELS[LABELS < 9], LABELS)
    assert [(LABELS[indices] == 9).sum() for indices in shards.test.values()] == [100, 100]


def test_another_seed_deals_anew():
    one, two = (class_counts(LabelShards().split(Streams(seed), NAMES, LABELS, LABELS).train) for seed in (1, 2))
    assert not np.array_equal(one, two)


def test_more_shards_than_examples_are_refused_with_the_numbers():
    with pytest.raises(RunError, match="2000 training examples are no 2020 shards for 20 devices of 101 each"):
        LabelShards(per_device=101).split(Streams(1), NAMES, LABELS, LABELS)
