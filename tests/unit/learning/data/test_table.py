from __future__ import annotations

import gzip
import hashlib

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.data._table import read_table, stratified


def write(path, text):
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_a_row_is_an_image_and_its_label(tmp_path):
    path = write(tmp_path / "t.csv.gz", "1,2,3,255,1\n5,6,7,8,0\n")
    table = read_table(path, side_px=2, classes=2)
    assert table.images.tolist() == [[[1, 2], [3, 255]], [[5, 6], [7, 8]]]
    assert table.labels.tolist() == [1, 0]
    assert table.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("text", ["1,2,3,0\n1,2,3,1\n", "1,2,3,4,0\n1,2,3,4,2\n", "0,2,3,4,9\n1,2,3,4,8\n"])
def test_another_layout_is_refused(tmp_path, text):
    with pytest.raises(ScenarioError, match="needs 4 pixels and a label 0..1"):
        read_table(write(tmp_path / "t.csv.gz", text), side_px=2, classes=2)


@pytest.mark.parametrize("text", ["1,2,3,256,0\n", "1,2,x,4,0\n"])
def test_what_is_not_a_table_of_bytes_is_refused(tmp_path, text):
    with pytest.raises(ScenarioError, match="not a gzipped CSV of integers 0..255"):
        read_table(write(tmp_path / "t.csv.gz", text), side_px=2, classes=2)


def test_a_file_that_is_not_gzip_is_refused(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_text("1,2,3,4,0\n")
    with pytest.raises(ScenarioError, match="not a gzipped CSV"):
        read_table(path, side_px=2, classes=2)


def test_a_fifth_of_equal_classes_is_every_fifth_example_of_each():
    labels = np.repeat(np.arange(3), 50)
    assert np.flatnonzero(stratified(labels, 30)).tolist() == list(range(2, 150, 5))


def test_unequal_classes_are_represented_to_within_one_example():
    labels = np.random.Generator(np.random.Philox(7)).choice(4, size=997, p=[0.5, 0.3, 0.15, 0.05])
    mask = stratified(labels, 200)
    assert mask.sum() == 200
    assert (np.abs(np.bincount(labels[mask]) - np.bincount(labels) * 200 / 997) < 1).all()
