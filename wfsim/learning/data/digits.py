"""Handwritten digits, 8 x 8."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.learning.data import Data, Dataset
from wfsim.learning.data._table import read_table, split_table
from wfsim.learning.packaged import packaged_file

_CLASSES = 10
_STORED_MAX = 16


class Digits(Data, kind="digits"):
    """1,797 digits, 8 x 8, 10 classes, packaged by scikit-learn (UCI optdigits test set, Alpaydin and Kaynak 1998).

    Grey levels 0..16 are scaled to 0..255 and rounded.
    """

    test_examples: int = Field(450, ge=10, le=1700, description="examples held out for testing, stratified by class")

    def load(self) -> Dataset:
        path = packaged_file(
            "data digits", module="sklearn", package="scikit-learn", file="datasets/data/digits.csv.gz"
        )
        table = read_table(path, side_px=8, classes=_CLASSES)
        images = np.rint(table.images * (255 / _STORED_MAX)).astype(np.uint8)
        return split_table(table, images, test_examples=self.test_examples, classes=_CLASSES)
