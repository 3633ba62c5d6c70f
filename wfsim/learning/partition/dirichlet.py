"""Devices whose classes are skewed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.errors import RunError
from wfsim.learning.partition import Indices, Labels, Partition, Shards
from wfsim.rng import Streams

_ATTEMPTS = 1000


class Dirichlet(Partition, kind="dirichlet"):
    """The examples of each class are divided over the devices in proportions ~ Dir(alpha, ..., alpha).

    Small alpha: few classes and unequal sizes; large alpha: near iid. With one class (texts without labels) it is the
    sizes alone that differ. Redrawn until every device has `min_examples` training examples. Source: Yurochkin et al.
    2019, for the label skew of Hsu et al. 2019 (who draw per device).
    """

    alpha: float = Field(0.5, gt=0, description="concentration")
    min_examples: int = Field(10, ge=1, description="least number of training examples on a device")

    def split(self, streams: Streams, devices: Sequence[str], train_labels: Labels, test_labels: Labels) -> Shards:
        names = sorted(devices)
        classes = 1 + max(train_labels.max(initial=-1), test_labels.max(initial=-1))
        edges = self._edges(streams, len(names), np.bincount(train_labels, minlength=classes))
        return Shards(
            train=_deal(streams, names, "train", edges, train_labels),
            test=_deal(streams, names, "test", edges, test_labels),
        )

    def _edges(self, streams: Streams, devices: int, class_sizes: NDArray[np.int64]) -> NDArray[np.float64]:
        wish = f"{devices} devices at least {self.min_examples} of {class_sizes.sum()} training examples each"
        if devices * self.min_examples > class_sizes.sum():
            raise RunError(f"partition dirichlet: cannot give {wish}; lower min_examples or take fewer devices")
        for attempt in range(_ATTEMPTS):
            edges = self._draw(streams, attempt, devices, len(class_sizes))
            if np.diff(_cuts(edges, class_sizes)).sum(axis=0).min() >= self.min_examples:
                return edges
        raise RunError(
            f"partition dirichlet: {_ATTEMPTS} attempts with alpha {self.alpha:g} did not give {wish}; "
            "lower min_examples, raise alpha or take fewer devices"
        )

    def _draw(self, streams: Streams, attempt: int, devices: int, classes: int) -> NDArray[np.float64]:
        """Cumulative proportions [classes, devices + 1], from 0 to exactly 1 in each row."""
        generator = streams.generator("partition", "proportions", attempt)
        shares = generator.dirichlet(np.full(devices, self.alpha), size=classes)
        edges = np.zeros((classes, devices + 1))
        edges[:, 1:] = np.minimum(np.cumsum(shares, axis=1), 1.0)
        edges[:, -1] = 1.0
        return edges


def _cuts(edges: NDArray[np.float64], class_sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.rint(edges * class_sizes[:, None]).astype(np.int64)


def _deal(
    streams: Streams, names: list[str], part: str, edges: NDArray[np.float64], labels: Labels
) -> dict[str, Indices]:
    piles: list[list[Indices]] = [[] for _ in names]
    cuts = _cuts(edges, np.bincount(labels, minlength=len(edges)))
    for label, cut in enumerate(cuts):
        shuffled = streams.generator("partition", part, label).permutation(np.flatnonzero(labels == label))
        for pile, share in zip(piles, np.split(shuffled, cut[1:-1]), strict=True):
            pile.append(share)
    return {name: np.sort(np.concatenate(pile)) for name, pile in zip(names, piles, strict=True)}
