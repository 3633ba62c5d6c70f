"""Devices that hold much or little of the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.errors import RunError
from wfsim.learning.partition import Labels, Partition, Shards
from wfsim.learning.partition._follow import following
from wfsim.rng import Streams


class QuantitySkew(Partition, kind="quantity_skew"):
    """Fair samples of unequal sizes: `min_examples` each, and the rest by shares that differ.

    Shares over K devices are ~ Dir(alpha, ..., alpha), of variance (K - 1) / (K^2 (K alpha + 1)) (Li et al. 2022,
    NIID-Bench), or follow a power law: proportional to rank^-exponent, ranks dealt at random. Sizes are rounded to
    within one example.
    """

    law: Literal["dirichlet", "power_law"] = Field("dirichlet", description="how shares differ")
    alpha: float = Field(0.5, gt=0.0, le=1e6, description="concentration of `dirichlet`; small is unequal")
    exponent: float = Field(1.0, ge=0.0, le=10.0, description="of `power_law`; 0 is equal")
    min_examples: int = Field(10, ge=1, description="least number of training examples on a device")

    def split(self, streams: Streams, devices: Sequence[str], train_labels: Labels, test_labels: Labels) -> Shards:
        names = sorted(devices)
        spare = len(train_labels) - len(names) * self.min_examples
        if spare < 0:
            raise RunError(
                f"partition quantity_skew: cannot give {len(names)} devices at least {self.min_examples} of "
                f"{len(train_labels)} training examples each; lower min_examples or take fewer devices"
            )
        ends = np.rint(np.cumsum(self._shares(streams, len(names))) * spare).astype(np.int64)
        ends += self.min_examples * np.arange(1, len(names) + 1)
        shuffled = streams.generator("partition", "train").permutation(len(train_labels))
        piles = np.split(shuffled, ends[:-1])
        train = {name: np.sort(pile) for name, pile in zip(names, piles, strict=True)}
        return Shards(train=train, test=following(streams, train, train_labels, test_labels))

    def _shares(self, streams: Streams, devices: int) -> NDArray[np.float64]:
        generator = streams.generator("partition", "sizes")
        if self.law == "dirichlet":
            return generator.dirichlet(np.full(devices, self.alpha))
        weights = generator.permutation(np.arange(1, devices + 1, dtype=np.float64)) ** -self.exponent
        return weights / weights.sum()
