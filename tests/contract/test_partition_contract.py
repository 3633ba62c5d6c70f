"""What every partition promises."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.partition import Partition
from wfsim.part import describe_value
from wfsim.rng import Streams

DEVICES = ["d3", "d1", "d2", "d5", "d4"]
TRAIN_LABELS = np.arange(1003, dtype=np.int64) % 10
TEST_LABELS = np.arange(251, dtype=np.int64) % 10


@pytest.fixture(params=sorted(Partition.kinds))
def partition(request):
    """One part of every kind: required fields take the first of their examples."""
    kind = Partition.kinds[request.param]
    fields = {name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required()}
    return Partition.parse({"kind": request.param, **fields})


def test_yaml_form_round_trips(partition):
    assert Partition.parse(describe_value(partition)) == partition


def test_shards_partition_both_sets(partition):
    shards = partition.split(Streams(1), DEVICES, TRAIN_LABELS, TEST_LABELS)
    for shard, labels in ((shards.train, TRAIN_LABELS), (shards.test, TEST_LABELS)):
        assert list(shard) == sorted(DEVICES)
        assert np.array_equal(np.sort(np.concatenate(list(shard.values()))), np.arange(len(labels)))
        for indices in shard.values():
            assert indices.dtype == np.int64
            assert (np.diff(indices) > 0).all()


def test_every_device_can_train(partition):
    shards = partition.split(Streams(1), DEVICES, TRAIN_LABELS, TEST_LABELS)
    assert min(len(indices) for indices in shards.train.values()) > 0


def test_permuting_devices_changes_nothing(partition):
    first, permuted = (
        partition.split(Streams(1), devices, TRAIN_LABELS, TEST_LABELS) for devices in (DEVICES, sorted(DEVICES))
    )
    for one, two in ((first.train, permuted.train), (first.test, permuted.test)):
        assert all(np.array_equal(one[name], two[name]) for name in DEVICES)


def test_training_and_test_shards_follow_the_same_class_proportions(partition):
    labels = np.arange(50_000, dtype=np.int64) % 10
    shards = partition.split(Streams(1), DEVICES, labels, labels)
    for name in DEVICES:
        train, test = (np.bincount(labels[shard[name]], minlength=10) / 5000 for shard in (shards.train, shards.test))
        assert np.abs(train - test).max() < 4.5 * np.sqrt(2 * 0.25 / 5000)
