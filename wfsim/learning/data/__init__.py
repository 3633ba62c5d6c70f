"""Slot `data`: labelled images that travel inside installed packages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Images uint8 [n, height, width] in 0..255 and labels int64 [n] in 0..classes-1, for training and for testing.

    `digest` is the SHA-256, in hex, of the source file's bytes.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    classes: int
    digest: str


class Data(Part, slot="data"):
    """A data set with a fixed split into training and test examples: it depends on no seed."""

    def load(self) -> Dataset:
        """The data. Raises ScenarioError when the package that holds it is not installed."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
