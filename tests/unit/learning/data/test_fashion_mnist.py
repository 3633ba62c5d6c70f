"""IDX files of a person's own, whole and damaged."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data

NAMES = {"train": 40, "t10k": 20}


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.astype(np.uint8).tobytes()


def write(folder: Path, *, zipped: bool = False) -> Path:
    folder.mkdir()
    for seed, (name, count) in enumerate(NAMES.items()):
        pixels = np.random.default_rng(seed).integers(0, 256, (count, 4, 3))
        for kind, values in (("images-idx3", pixels), ("labels-idx1", np.arange(count) % 10)):
            raw, path = idx(values), folder / f"{name}-{kind}-ubyte"
            (folder / f"{path.name}.gz" if zipped else path).write_bytes(gzip.compress(raw) if zipped else raw)
    return folder


def load(folder: Path, **fields):
    return Data.parse({"kind": "fashion_mnist", "path": str(folder), **fields}).load()


def test_images_and_labels_zipped_or_not(tmp_path) -> None:
    plain, zipped = load(write(tmp_path / "a")), load(write(tmp_path / "b", zipped=True))
    assert plain.train_inputs.shape == (40, 4, 3) and plain.test_inputs.shape == (20, 4, 3)
    assert np.array_equal(plain.train_inputs, np.random.default_rng(0).integers(0, 256, (40, 4, 3)))
    assert plain.train_labels.tolist() == (np.arange(40) % 10).tolist() and plain.classes == 10
    assert np.array_equal(plain.test_inputs, zipped.test_inputs) and plain.digest != zipped.digest


def test_a_part_of_it_is_stratified(tmp_path) -> None:
    dataset = load(write(tmp_path / "a"), train_examples=20, test_examples=10)
    assert np.bincount(dataset.train_labels).tolist() == [2] * 10
    assert np.bincount(dataset.test_labels).tolist() == [1] * 10


def test_more_than_there_is_is_refused(tmp_path) -> None:
    with pytest.raises(ScenarioError, match="train-images-idx3-ubyte: holds 40 examples, 41 are asked for"):
        load(write(tmp_path / "a"), train_examples=41)


def test_a_missing_file_is_named_and_where_it_comes_from(tmp_path) -> None:
    folder = write(tmp_path / "a")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(ScenarioError, match=r"a: has no file t10k-labels-idx1-ubyte or .*\.gz; Debian's package"):
        load(folder)


LABELS = idx(np.arange(40) % 10)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (LABELS[:-1], "holds 39 bytes, its header says 40"),
        (LABELS + b"\0", "holds 41 bytes, its header says 40"),
        (b"", "is not an IDX file of bytes in 1 dimension"),
        (b"\0\0\x0d" + LABELS[3:], "is not an IDX file of bytes in 1 dimension"),
        (idx(np.zeros((40, 1))), "is not an IDX file of bytes in 1 dimension"),
        (idx(np.zeros(39)), "train-images-idx3-ubyte: holds 40 images for 39 labels"),
        (idx(np.zeros(40)), r"test label 9 is no label of the training set \(0..0\)"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, raw, message) -> None:
    folder = write(tmp_path / "a")
    (folder / "train-labels-idx1-ubyte").write_bytes(raw)
    with pytest.raises(ScenarioError, match=message):
        load(folder)


@pytest.mark.parametrize("length", [5, 40])
def test_a_truncated_gzip_is_named(tmp_path, length) -> None:
    folder = write(tmp_path / "a", zipped=True)
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ScenarioError, match=r"train-images-idx3-ubyte\.gz: is not a whole gzip file"):
        load(folder)
