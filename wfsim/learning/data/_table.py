"""Gzipped CSV tables of images: one image per row, its pixels in row order, its label in the last column."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError
from wfsim.learning.data import Dataset


class Table(NamedTuple):
    """Images [n, side, side] as stored, labels [n], and the SHA-256 of the file."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    digest: str


@functools.cache
def read_table(path: Path, *, side_px: int, classes: int) -> Table:
    """The table in a file; read once per process. Raises ScenarioError when the file is laid out otherwise."""
    raw = path.read_bytes()
    try:
        rows = np.loadtxt(io.BytesIO(gzip.decompress(raw)), delimiter=",", dtype=np.uint8, ndmin=2)
    except (OSError, EOFError, ValueError) as error:
        raise ScenarioError(f"data file {path} is not a gzipped CSV of integers 0..255: {error}") from error
    if rows.shape[1] != side_px**2 + 1 or not np.array_equal(np.unique(rows[:, -1]), np.arange(classes)):
        raise ScenarioError(f"data file {path} needs {side_px**2} pixels and a label 0..{classes - 1} in each row")
    images = rows[:, :-1].reshape(-1, side_px, side_px)
    return Table(images, rows[:, -1].astype(np.int64), hashlib.sha256(raw).hexdigest())


def split_table(table: Table, images: NDArray[np.uint8], *, test_examples: int, classes: int) -> Dataset:
    """`images` and the table's labels, with a stratified test set of exactly `test_examples`; depends on no seed."""
    held_out = stratified(table.labels, test_examples)
    return Dataset(
        train_inputs=images[~held_out],
        train_labels=table.labels[~held_out],
        test_inputs=images[held_out],
        test_labels=table.labels[held_out],
        classes=classes,
        digest=table.digest,
    )


def stratified(labels: NDArray[np.int64], count: int, within: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Mask [n] of `count` examples at equal steps through the examples sorted by class, and by `within` inside a class.

    Every class gets its share of `count` to within one example; equal classes get equal shares when they divide it.
    """
    order = np.argsort(labels, kind="stable") if within is None else np.lexsort((within, labels))
    steps = (2 * np.arange(count) + 1) * len(labels) // (2 * count)
    mask = np.zeros(len(labels), dtype=np.bool_)
    mask[order[steps]] = True
    return mask
