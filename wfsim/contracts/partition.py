"""What every partition promises."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.learning.data import Dataset
from wfsim.learning.partition import Partition, Shards
from wfsim.rng import Streams

_DEVICES = ["d3", "d1", "d2", "d5", "d4"]
_TRAIN, _TEST = 1003, 251
_KEYS = (7, 3)  # more of them than devices, and fewer


def check_shards_partition_both_sets(partition: Partition) -> None:
    """Every example at one device, indices ascending, devices in order of name."""
    for shards in _deals(partition, _DEVICES):
        for name, shard, examples in (("training", shards.train, _TRAIN), ("test", shards.test, _TEST)):
            require_equal(list(shard), sorted(_DEVICES), f"the order of devices in the {name} shards")
            everything = np.sort(np.concatenate(list(shard.values())))
            require(np.array_equal(everything, np.arange(examples)), f"the {name} shards lose or repeat examples")
            for device, indices in shard.items():
                require_equal(indices.dtype, np.dtype(np.int64), f"the type of {device}'s {name} indices")
                require((np.diff(indices) > 0).all(), f"{device}'s {name} indices do not ascend")


def check_every_device_can_train(partition: Partition) -> None:
    """None is left without a training example."""
    for shards in _deals(partition, _DEVICES):
        empty = [name for name, indices in shards.train.items() if len(indices) == 0]
        require(not empty, f"devices without training examples: {', '.join(empty)}")


def check_permuting_devices_changes_nothing(partition: Partition) -> None:
    """What a device holds depends on its name."""
    for first, permuted in zip(_deals(partition, _DEVICES), _deals(partition, sorted(_DEVICES)), strict=True):
        for one, two in ((first.train, permuted.train), (first.test, permuted.test)):
            for name in _DEVICES:
                require(np.array_equal(one[name], two[name]), f"{name} holds other examples when devices are reordered")


def check_training_and_test_shards_follow_the_same_class_proportions(partition: Partition) -> None:
    """Within 4.5 standard errors of 5000 examples per class."""
    for keys in _KEYS:
        dataset = _dataset(50_000, 50_000, keys)
        shards, labels = partition.deal(Streams(1), _DEVICES, dataset), dataset.train_labels
        for name in _DEVICES:
            train, test = (
                np.bincount(labels[shard[name]], minlength=10) / 5000 for shard in (shards.train, shards.test)
            )
            apart = np.abs(train - test).max()
            message = f"{name}'s class shares differ by {apart:.3f} between the sets"
            require(apart < 4.5 * np.sqrt(2 * 0.25 / 5000), message)


def _deals(partition: Partition, devices: list[str]) -> Iterator[Shards]:
    for keys in _KEYS:
        yield partition.deal(Streams(1), devices, _dataset(_TRAIN, _TEST, keys))


def _dataset(train: int, test: int, keys: int) -> Dataset:
    """Examples without content, of ten classes and so many keys that say nothing of the class."""
    return Dataset(
        train_inputs=("",) * train,
        train_labels=np.arange(train, dtype=np.int64) % 10,
        test_inputs=("",) * test,
        test_labels=np.arange(test, dtype=np.int64) % 10,
        classes=10,
        digest="",
        train_keys=tuple(f"k{i // 10 % keys}" for i in range(train)),
        test_keys=tuple(f"k{i // 10 % keys}" for i in range(test)),
    )
