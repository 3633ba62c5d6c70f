"""Devices that know few classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from wfsim.errors import RunError
from wfsim.learning.partition import Labels, Partition, Shards
from wfsim.learning.partition._follow import following
from wfsim.rng import Streams


class LabelShards(Partition, kind="shards"):
    """Training examples are sorted by class and cut into equal shards; every device gets `per_device` at random.

    A device holds at most `per_device` classes if classes are equal and shards fit into them, and sizes differ by at
    most `per_device`. Source: McMahan et al. 2017 (FedAvg), section 3, with two shards per device.
    """

    per_device: int = Field(2, ge=1, description="shards on a device")

    def split(self, streams: Streams, devices: Sequence[str], train_labels: Labels, test_labels: Labels) -> Shards:
        names = sorted(devices)
        count = len(names) * self.per_device
        if count > len(train_labels):
            raise RunError(
                f"partition shards: {len(train_labels)} training examples are no {count} shards for {len(names)} "
                f"devices of {self.per_device} each; lower per_device, take fewer devices or more data"
            )
        shuffled = streams.generator("partition", "train").permutation(len(train_labels))
        pieces = np.array_split(shuffled[np.argsort(train_labels[shuffled], kind="stable")], count)
        dealt = streams.generator("partition", "shards").permutation(count).reshape(len(names), self.per_device)
        train = {
            name: np.sort(np.concatenate([pieces[i] for i in own])) for name, own in zip(names, dealt, strict=True)
        }
        return Shards(train=train, test=following(streams, train, train_labels, test_labels))
