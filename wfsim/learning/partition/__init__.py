"""Slot `partition`: which examples each device holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.data import Dataset
from wfsim.part import Part, load_folder
from wfsim.rng import Streams

Labels = NDArray[np.int64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shards:
    """Sorted example indices by device, in order of name; each mapping partitions its set.

    A device's test examples follow the class proportions of its training examples, or (`natural`) are of the same keys;
    they may be few or none.
    """

    train: Mapping[str, Indices]
    test: Mapping[str, Indices]


class Partition(Part, slot="partition"):
    """Deals training and test examples to devices; the order of `devices` changes nothing.

    A kind that needs no more than labels writes `split`, one that reads more of the data `deal`.
    """

    def deal(self, streams: Streams, devices: Sequence[str], dataset: Dataset) -> Shards:
        """Shards of a data set over all devices. Raises RunError when devices cannot all be served."""
        return self.split(streams, devices, dataset.train_labels, dataset.test_labels)

    def split(self, streams: Streams, devices: Sequence[str], train_labels: Labels, test_labels: Labels) -> Shards:
        """Shards over all devices, from labels [n] of both sets. Raises RunError when devices cannot all be served."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
