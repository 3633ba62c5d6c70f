from __future__ import annotations

import numpy as np
import pytest

from wfsim.errors import RunError
from wfsim.learning.partition.iid import Iid
from wfsim.rng import Streams

LABELS = np.arange(103, dtype=np.int64) % 10


def test_sizes_differ_by_at_most_one():
    shards = Iid().split(Streams(1), [f"d{i}" for i in range(10)], LABELS, LABELS[:7])
    assert {len(indices) for indices in shards.train.values()} == {10, 11}
    assert {len(indices) for indices in shards.test.values()} == {0, 1}


def test_shards_are_not_runs_of_neighbours():
    shards = Iid().split(Streams(1), ["a", "b"], LABELS, LABELS)
    assert all(np.ptp(indices) > 60 for indices in shards.train.values())


def test_another_seed_deals_anew():
    one, two = (Iid().split(Streams(seed), ["a", "b"], LABELS, LABELS) for seed in (1, 2))
    assert not np.array_equal(one.train["a"], two.train["a"])
    assert not np.array_equal(one.test["a"], one.train["a"])


def test_more_devices_than_examples_are_refused_with_the_numbers():
    with pytest.raises(RunError, match="104 devices cannot share 103 training examples"):
        Iid().split(Streams(1), [f"d{i}" for i in range(104)], LABELS, LABELS)
