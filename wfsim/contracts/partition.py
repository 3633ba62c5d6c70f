"""What every partition promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.learning.partition import Partition, Shards
from wfsim.rng import Streams

_DEVICES = ["d3", "d1", "d2", "d5", "d4"]
_TRAIN_LABELS = np.arange(1003, dtype=np.int64) % 10
_TEST_LABELS = np.arange(251, dtype=np.int64) % 10


def check_shards_partition_both_sets(partition: Partition) -> None:
    """Every example at one device, indices ascending, devices in order of name."""
    shards = _split(partition, _DEVICES)
    for name, shard, labels in (("training", shards.train, _TRAIN_LABELS), ("test", shards.test, _TEST_LABELS)):
        require_equal(list(shard), sorted(_DEVICES), f"the order of devices in the {name} shards")
        everything = np.sort(np.concatenate(list(shard.values())))
        require(np.array_equal(everything, np.arange(len(labels))), f"the {name} shards lose or repeat examples")
        for device, indices in shard.items():
            require_equal(indices.dtype, np.dtype(np.int64), f"the type of {device}'s {name} indices")
            require((np.diff(indices) > 0).all(), f"{device}'s {name} indices do not ascend")


def check_every_device_can_train(partition: Partition) -> None:
    """None is left without a training example."""
    empty = [name for name, indices in _split(partition, _DEVICES).train.items() if len(indices) == 0]
    require(not empty, f"devices without training examples: {', '.join(empty)}")


def check_permuting_devices_changes_nothing(partition: Partition) -> None:
    """What a device holds depends on its name."""
    first, permuted = (_split(partition, devices) for devices in (_DEVICES, sorted(_DEVICES)))
    for one, two in ((first.train, permuted.train), (first.test, permuted.test)):
        for name in _DEVICES:
            require(np.array_equal(one[name], two[name]), f"{name} holds other examples when devices are reordered")


def check_training_and_test_shards_follow_the_same_class_proportions(partition: Partition) -> None:
    """Within 4.5 standard errors of 5000 examples per class."""
    labels = np.arange(50_000, dtype=np.int64) % 10
    shards = partition.split(Streams(1), _DEVICES, labels, labels)
    for name in _DEVICES:
        train, test = (np.bincount(labels[shard[name]], minlength=10) / 5000 for shard in (shards.train, shards.test))
        apart = np.abs(train - test).max()
        require(apart < 4.5 * np.sqrt(2 * 0.25 / 5000), f"{name}'s class shares differ by {apart:.3f} between the sets")


def _split(partition: Partition, devices: list[str]) -> Shards:
    return partition.split(Streams(1), devices, _TRAIN_LABELS, _TEST_LABELS)
