"""Every device holds a fair sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wfsim.errors import RunError
from wfsim.learning.partition import Indices, Labels, Partition, Shards
from wfsim.rng import Streams


class Iid(Partition, kind="iid"):
    """All examples are shuffled and cut into parts whose sizes differ by at most one: the neutral partition.

    Source: McMahan et al. 2017 (FedAvg), section 3. Valid for at most as many devices as training examples.
    """

    def split(self, streams: Streams, devices: Sequence[str], train_labels: Labels, test_labels: Labels) -> Shards:
        names = sorted(devices)
        if len(names) > len(train_labels):
            raise RunError(
                f"partition iid: {len(names)} devices cannot share {len(train_labels)} training examples; "
                "take fewer devices or more data"
            )
        return Shards(
            train=_deal(streams, names, "train", len(train_labels)),
            test=_deal(streams, names, "test", len(test_labels)),
        )


def _deal(streams: Streams, names: list[str], part: str, examples: int) -> dict[str, Indices]:
    shuffled = streams.generator("partition", part).permutation(examples)
    return {name: np.sort(share) for name, share in zip(names, np.array_split(shuffled, len(names)), strict=True)}
