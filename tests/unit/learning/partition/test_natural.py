from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from wfsim.errors import RunError
from wfsim.learning.data import Dataset
from wfsim.learning.partition.natural import Natural
from wfsim.rng import Streams


def keyed(train: list[str] | None, test: list[str] | None) -> Dataset:
    counts = [len(keys or ["x"] * 30) for keys in (train, test)]
    return Dataset(
        train_inputs=("",) * counts[0],
        train_labels=np.arange(counts[0], dtype=np.int64) % 3,
        test_inputs=("",) * counts[1],
        test_labels=np.arange(counts[1], dtype=np.int64) % 3,
        classes=3,
        digest="",
        train_keys=None if train is None else tuple(train),
        test_keys=None if test is None else tuple(test),
    )


def deal(devices: int, train: list[str], test: list[str], seed: int = 1):
    """Keys of every device's examples, in both sets."""
    shards = Natural().deal(Streams(seed), [f"d{i:02d}" for i in range(devices)], keyed(train, test))
    return tuple(
        {name: Counter(keys[i] for i in own) for name, own in shard.items()}
        for keys, shard in ((train, shards.train), (test, shards.test))
    )


KEYS = [f"k{n % 12:02d}" for n in range(120)] + ["k00"] * 50


def test_as_many_keys_as_devices_is_one_each():
    train, test = deal(12, KEYS, KEYS[:24])
    assert all(len(held) == 1 for held in train.values())
    assert sorted(held.total() for held in train.values()) == [10] * 11 + [60]
    assert {name: set(held) for name, held in train.items()} == {name: set(held) for name, held in test.items()}


def test_more_keys_are_grouped_and_never_divided():
    train, test = deal(5, KEYS, KEYS[:24])
    assert sorted(len(held) for held in train.values()) == [2, 2, 2, 3, 3]
    assert all(set(test[name]) == set(train[name]) for name in train)


def test_another_seed_groups_anew():
    assert deal(5, KEYS, KEYS, 1) != deal(5, KEYS, KEYS, 2)


def test_fewer_keys_have_devices_of_their_own_by_size():
    """60, 30 and 10 examples on 10 devices: D'Hondt gives 6, 3 and 1."""
    keys = ["large"] * 60 + ["middle"] * 30 + ["small"] * 10
    train, test = deal(10, keys, keys[::5])
    assert all(len(held) == 1 and held.total() == 10 for held in train.values())
    assert Counter(key for held in train.values() for key in held) == {"large": 6, "middle": 3, "small": 1}
    assert all(set(test[name]) <= set(train[name]) for name in train)


@pytest.mark.parametrize("devices", [2, 3, 7, 20])
def test_nobody_is_empty(devices):
    train, _ = deal(devices, ["a"] * 17 + ["b", "b", "c"], ["a"])
    assert min(held.total() for held in train.values()) >= 1


@pytest.mark.parametrize("devices", [2, 5])
def test_a_key_that_only_the_test_set_holds_goes_to_somebody(devices):
    train, test = deal(devices, ["a", "b", "c"] * 10, ["a", "b", "c", "new", "newer"])
    assert sum(test.values(), Counter()) == Counter(["a", "b", "c", "new", "newer"])
    assert min(held.total() for held in train.values()) >= 5


def test_data_without_keys_are_refused():
    with pytest.raises(RunError, match="partition natural: the data name no key; give learning.data.key"):
        Natural().deal(Streams(1), ["a"], keyed(None, None))


def test_more_devices_than_examples_are_refused_with_the_numbers():
    with pytest.raises(RunError, match="4 devices cannot share 3 training examples"):
        deal(4, ["a", "a", "b"], ["a"])


def test_labels_alone_are_refused():
    with pytest.raises(RunError, match="needs the keys of the data"):
        Natural().split(Streams(1), ["a"], np.zeros(3, np.int64), np.zeros(3, np.int64))
