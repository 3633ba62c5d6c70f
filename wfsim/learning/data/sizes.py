"""Numbers of examples, without any examples."""

from __future__ import annotations

import hashlib
from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from wfsim.learning.data import Data, Dataset


class Sizes(Data, kind="sizes"):
    """So many training examples to deal to the devices, of every class equally many, and nothing in them.

    Legal under `learning: {kind: none}` alone; what an example takes follows from the model (`model.max_tokens`). One
    test example per class stands for a test set.
    """

    timing_only: ClassVar[bool] = True

    examples: int = Field(description="training examples of all devices together", ge=2, le=10_000_000, examples=[2000])
    classes: int = Field(2, ge=2, le=1000, description="classes, where the partition or a classifier asks for them")

    @model_validator(mode="after")
    def _every_class_is_there(self) -> Sizes:
        if self.classes > self.examples:
            raise ValueError(f"examples {self.examples} must be at least classes {self.classes}")
        return self

    def load(self) -> Dataset:
        return Dataset(
            train_inputs=("",) * self.examples,
            train_labels=np.arange(self.examples, dtype=np.int64) % self.classes,
            test_inputs=("",) * self.classes,
            test_labels=np.arange(self.classes, dtype=np.int64),
            classes=self.classes,
            digest=hashlib.sha256(f"sizes {self.examples} {self.classes}".encode()).hexdigest(),
        )
