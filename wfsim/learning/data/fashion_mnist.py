"""Photographs of clothes, 28 x 28."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from pydantic import Field

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data, Dataset
from wfsim.learning.data._examples import Examples, joined
from wfsim.learning.data._idx import find_idx, read_idx
from wfsim.local_path import LocalPath, opened

_ADVICE = "Debian's package dataset-fashion-mnist brings /usr/share/datasets/fashion-mnist"


class FashionMnist(Data, kind="fashion_mnist"):
    """Fashion-MNIST (Xiao et al. 2017): 60,000 and 10,000 grey images, 28 x 28, 10 classes.

    A folder of the four IDX files, gzipped or not; MNIST's own files have the same form.
    """

    path: LocalPath = Field(description="folder of the IDX files", examples=["./fashion-mnist"])
    train_examples: int | None = Field(None, ge=10, description="training examples, stratified by class; all if null")
    test_examples: int | None = Field(None, ge=10, description="test examples, stratified by class; all if null")

    def load(self) -> Dataset:
        folder = opened(self.path)
        train, train_digest = _part(folder, "train", self.train_examples)
        test, test_digest = _part(folder, "t10k", self.test_examples)
        if train.inputs.shape[1:] != test.inputs.shape[1:]:
            raise ScenarioError("test images are of another size than the training images", file=str(folder))
        classes = 1 + int(train.labels.max())
        if test.labels.max() >= classes:
            message = f"test label {test.labels.max()} is no label of the training set (0..{classes - 1})"
            raise ScenarioError(message, file=str(folder))
        return joined(train, test, classes=classes, digest=hashlib.sha256(train_digest + test_digest).hexdigest())


def _part(folder: Path, name: str, wanted: int | None) -> tuple[Examples, bytes]:
    """So many examples of one part, and a digest of its files."""
    images = read_idx(image_file := find_idx(folder, f"{name}-images-idx3-ubyte", _ADVICE), 3)
    labels = read_idx(find_idx(folder, f"{name}-labels-idx1-ubyte", _ADVICE), 1)
    if len(images.values) != len(labels.values) or not len(labels.values):
        message = f"holds {len(images.values)} images for {len(labels.values)} labels"
        raise ScenarioError(message, file=str(image_file))
    whole = Examples(inputs=images.values, labels=labels.values.astype(np.int64))
    count = len(labels.values) if wanted is None else wanted
    if count > len(labels.values):
        raise ScenarioError(f"holds {len(labels.values)} examples, {count} are asked for", file=str(image_file))
    return whole.taken(whole.spread(count)), images.digest + labels.digest
