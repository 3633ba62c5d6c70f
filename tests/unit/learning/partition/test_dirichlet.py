from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import RunError
from wfsim.learning.partition.dirichlet import Dirichlet
from wfsim.rng import Streams

LABELS = np.arange(2000, dtype=np.int64) % 10
NAMES = [f"d{i:02d}" for i in range(20)]


def class_counts(shard, labels=LABELS):
    return np.array([np.bincount(labels[indices], minlength=10) for indices in shard.values()])


@pytest.mark.parametrize("seed", range(5))
def test_every_device_gets_its_minimum(seed):
    shards = Dirichlet(alpha=0.2, min_examples=30).split(Streams(seed), NAMES, LABELS, LABELS)
    assert class_counts(shards.train).sum(axis=1).min() >= 30


def test_a_minimum_that_already_holds_changes_nothing():
    loose, tight = (Dirichlet(min_examples=least).split(Streams(1), NAMES, LABELS, LABELS) for least in (1, 2))
    assert class_counts(loose.train).sum(axis=1).min() >= 2
    assert all(np.array_equal(loose.train[name], tight.train[name]) for name in NAMES)


def test_equal_sets_are_cut_alike():
    shards = Dirichlet().split(Streams(1), NAMES, LABELS, LABELS)
    assert np.array_equal(class_counts(shards.train), class_counts(shards.test))


def test_a_smaller_test_set_is_cut_in_the_same_proportions():
    shards = Dirichlet(alpha=0.3).split(Streams(1), NAMES, LABELS, LABELS[:500])
    assert (np.abs(class_counts(shards.train) / 4 - class_counts(shards.test)) < 1.25).all()


def test_smaller_alpha_skews_more():
    def skew(alpha):
        return class_counts(Dirichlet(alpha=alpha, min_examples=1).split(Streams(1), NAMES, LABELS, LABELS).train).std()

    assert skew(0.3) > 2 * skew(3.0) > 4 * skew(1e4)


def test_a_class_that_only_the_test_set_holds_is_dealt_too():
    shards = Dirichlet().split(Streams(1), ["a", "b"], LABELS[LABELS < 9], LABELS)
    assert sum(len(indices) for indices in shards.test.values()) == len(LABELS)


def test_another_seed_deals_anew():
    one, two = (class_counts(Dirichlet().split(Streams(seed), NAMES, LABELS, LABELS).train) for seed in (1, 2))
    assert not np.array_equal(one, two)


def test_giving_up_says_so_with_the_numbers():
    with pytest.raises(RunError, match="1000 attempts with alpha 0.01 did not give 20 devices at least 90 of 2000"):
        Dirichlet(alpha=0.01, min_examples=90).split(Streams(1), NAMES, LABELS, LABELS)


def test_an_impossible_minimum_is_refused_with_the_numbers():
    with pytest.raises(RunError, match="cannot give 20 devices at least 101 of 2000 training examples each"):
        Dirichlet(min_examples=101).split(Streams(1), NAMES, LABELS, LABELS)


@pytest.mark.parametrize("fields", [{"alpha": 0}, {"min_examples": 0}])
def test_impossible_settings_are_refused(fields):
    with pytest.raises(ValidationError):
        Dirichlet(**fields)
