"""Test examples in the proportions of training examples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.partition import Indices, Labels
from wfsim.rng import Streams


def following(
    streams: Streams, train: Mapping[str, Indices], train_labels: Labels, test_labels: Labels
) -> dict[str, Indices]:
    """Test shards: of every class a device gets the share that it has of the class's training examples, to within one.

    A class that no device trains on is dealt evenly.
    """
    classes = 1 + max(train_labels.max(initial=-1), test_labels.max(initial=-1))
    held = np.array([np.bincount(train_labels[own], minlength=classes) for own in train.values()])
    edges = _edges(held)
    shares = [_cut(streams, label, edges[:, label], test_labels) for label in range(classes)]
    return {name: np.sort(np.concatenate([pile[place] for pile in shares])) for place, name in enumerate(train)}


def _edges(held: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cumulative shares [devices + 1, classes] from counts [devices, classes]."""
    counts = np.where(held.sum(axis=0) > 0, held, 1)
    cumulative = np.cumsum(counts, axis=0)
    return np.vstack([np.zeros(counts.shape[1]), cumulative / cumulative[-1]])


def _cut(streams: Streams, label: int, edges: NDArray[np.float64], labels: Labels) -> list[Indices]:
    shuffled = streams.generator("partition", "test", label).permutation(np.flatnonzero(labels == label))
    return np.split(shuffled, np.rint(edges[1:-1] * len(shuffled)).astype(np.int64))
