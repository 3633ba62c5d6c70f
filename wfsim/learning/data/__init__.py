"""Slot `data`: labelled images or texts, from installed packages or from files of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder

Images = NDArray[np.uint8]
Texts = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Inputs and labels int64 [n] in 0..classes-1, for training and for testing.

    Inputs are images uint8 [n, height, width] (grey) or [n, height, width, 3] (RGB) in 0..255, or n texts.
    `digest` is a SHA-256, in hex, of the source files' bytes. Keys name whose an example is (a site, an author), one
    for each in both sets, or are None in both.
    """

    train_inputs: Images | Texts
    train_labels: NDArray[np.int64]
    test_inputs: Images | Texts
    test_labels: NDArray[np.int64]
    classes: int
    digest: str
    joint: str | None = None  # what stands between texts that a model's `pack` joins; None: the token that ends a text
    train_keys: tuple[str, ...] | None = None
    test_keys: tuple[str, ...] | None = None

    @property
    def task(self) -> Literal["image", "text"]:
        """What the inputs are."""
        return "text" if isinstance(self.train_inputs, tuple) else "image"


class Data(Part, slot="data"):
    """A data set with a fixed split into training and test examples: it depends on no seed."""

    timing_only: ClassVar[bool] = False  # whether there are numbers of examples alone, so that nothing can be trained

    def load(self) -> Dataset:
        """The data. Raises ScenarioError when a package or file that holds it is missing or unreadable."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
