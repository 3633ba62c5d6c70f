"""Examples before they are split into training and test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.data import Dataset, Images, Texts
from wfsim.learning.data._table import stratified


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """Inputs, class numbers int64 [n] and whose each example is, if that is known."""

    inputs: Images | Texts
    labels: NDArray[np.int64]
    keys: tuple[str, ...] | None = None

    def taken(self, mask: NDArray[np.bool_]) -> Examples:
        """Those under a mask [n], in their order."""
        return Examples(
            inputs=_texts(self.inputs, mask) if isinstance(self.inputs, tuple) else self.inputs[mask],
            labels=self.labels[mask],
            keys=None if self.keys is None else _texts(self.keys, mask),
        )

    def spread(self, count: int) -> NDArray[np.bool_]:
        """Mask of `count` examples at equal steps through all of them, sorted by class and in it by key; no seed."""
        return stratified(
            self.labels, count, None if self.keys is None else np.unique(self.keys, return_inverse=True)[1]
        )


def split_examples(examples: Examples, *, test_examples: int, classes: int, digest: str) -> Dataset:
    """A data set with exactly `test_examples` held out, every class by its share to within one example."""
    held_out = examples.spread(test_examples)
    return joined(examples.taken(~held_out), examples.taken(held_out), classes=classes, digest=digest)


def joined(train: Examples, test: Examples, *, classes: int, digest: str) -> Dataset:
    """A data set from its two parts."""
    return Dataset(
        train_inputs=train.inputs,
        train_labels=train.labels,
        test_inputs=test.inputs,
        test_labels=test.labels,
        classes=classes,
        digest=digest,
        train_keys=train.keys,
        test_keys=test.keys,
    )


def _texts(texts: tuple[str, ...], mask: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(text for text, wanted in zip(texts, mask, strict=True) if wanted)
