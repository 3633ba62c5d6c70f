"""Devices that are somebody: a site, an author, a domain."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from wfsim.errors import RunError
from wfsim.learning.data import Dataset
from wfsim.learning.partition import Indices, Labels, Partition, Shards
from wfsim.rng import Streams


class Natural(Partition, kind="natural"):
    """A device holds what is of its own key: the site, author or domain that the data set names with every example.

    As many keys as devices or more: keys are shuffled and dealt in turn, so that their numbers differ by at most one.
    Fewer keys: every key's examples are cut evenly over devices of its own, whose number follows from its size. Test
    examples go with their key. Source: the per-writer clients of LEAF (Caldas et al. 2018). Valid for data with a key.
    """

    def deal(self, streams: Streams, devices: Sequence[str], dataset: Dataset) -> Shards:
        """Shards by key. Raises RunError where the data have none, or fewer training examples than devices."""
        if dataset.train_keys is None or dataset.test_keys is None:
            raise RunError(
                "partition natural: the data name no key; give learning.data.key (csv, jsonl, parquet, datasets)"
            )
        names, train, test = sorted(devices), _by_key(dataset.train_keys), _by_key(dataset.test_keys)
        if len(names) > len(dataset.train_keys):
            raise RunError(
                f"partition natural: {len(names)} devices cannot share {len(dataset.train_keys)} training examples; "
                "take fewer devices or more data"
            )
        owners = _grouped(streams, names, train, test) if len(train) >= len(names) else _split(names, train, test)
        return Shards(
            train=_handed_out(streams, names, "train", owners, train),
            test=_handed_out(streams, names, "test", owners, test),
        )

    def split(self, streams: Streams, devices: Sequence[str], train_labels: Labels, test_labels: Labels) -> Shards:
        """Labels alone do not say whose an example is: raises RunError."""
        raise RunError("partition natural: needs the keys of the data, not labels alone")


def _by_key(keys: Sequence[str]) -> dict[str, Indices]:
    """Ascending indices of every key, keys in order."""
    found, place = np.unique(keys, return_inverse=True)
    order = np.argsort(place, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(place, minlength=len(found)))[:-1]) if len(found) else []
    return dict(zip(found.tolist(), parts, strict=True))


def _grouped(
    streams: Streams, names: Sequence[str], train: Mapping[str, Indices], test: Mapping[str, Indices]
) -> dict[str, list[str]]:
    """One device per key; keys that only the test set holds are dealt last."""
    shuffled = streams.generator("partition", "keys").permutation(len(train))
    known = list(train)
    order = [*(known[i] for i in shuffled), *(key for key in test if key not in train)]
    return {key: [names[place % len(names)]] for place, key in enumerate(order)}


def _split(names: Sequence[str], train: Mapping[str, Indices], test: Mapping[str, Indices]) -> dict[str, list[str]]:
    """Several devices per key, one after the other to the key with most training examples per device (D'Hondt).

    What only the test set holds goes to the first device of all keys in turn.
    """
    counts = Counter(dict.fromkeys(train, 1))
    heap = [(-float(len(own)), key) for key, own in train.items()]
    heapq.heapify(heap)
    for _ in range(len(names) - len(train)):
        _, key = heap[0]
        counts[key] += 1
        heapq.heapreplace(heap, (-len(train[key]) / counts[key], key))
    rest = iter(names)
    owners = {key: [next(rest) for _ in range(counts[key])] for key in train}
    firsts = [own[0] for own in owners.values()]
    strangers = (key for key in test if key not in train)
    return owners | {key: [firsts[place % len(firsts)]] for place, key in enumerate(strangers)}


def _handed_out(
    streams: Streams, names: Sequence[str], part: str, owners: Mapping[str, list[str]], held: Mapping[str, Indices]
) -> dict[str, Indices]:
    piles: dict[str, list[Indices]] = {name: [np.empty(0, np.int64)] for name in names}
    for key, indices in held.items():
        own = owners[key]
        shuffled = streams.generator("partition", part, key).permutation(indices) if len(own) > 1 else indices
        for name, share in zip(own, np.array_split(shuffled, len(own)), strict=True):
            piles[name].append(share)
    return {name: np.sort(np.concatenate(pile)) for name, pile in piles.items()}
