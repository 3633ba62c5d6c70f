"""Data sets of the package `datasets`, saved in a folder or read by name, without a network."""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data

ROWS = {"text": [f"text {n}" for n in range(20)], "label": [n % 2 for n in range(20)], "site": ["a", "b", "b", "c"] * 5}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data set, two splits of it, and one with images."""
    datasets = pytest.importorskip("datasets")
    folder, pillow = tmp_path_factory.mktemp("saved"), pytest.importorskip("PIL.Image")
    rows = datasets.Dataset.from_dict(ROWS)
    rows.save_to_disk(folder / "one")
    datasets.DatasetDict({"train": rows, "validation": rows.select(range(4))}).save_to_disk(folder / "two")
    pillow.fromarray(np.full((4, 4), 7, np.uint8)).save(file := io.BytesIO(), "PNG")
    images = {"picture": [{"bytes": file.getvalue(), "path": None}] * 6, "label": [0, 1] * 3}
    features = datasets.Features({"picture": datasets.Image(), "label": datasets.ClassLabel(names=["no", "yes"])})
    datasets.Dataset.from_dict(images, features=features).save_to_disk(folder / "images")
    return folder


def load(path: Path, **fields):
    return Data.parse({"kind": "datasets_folder", "path": str(path), **fields}).load()


def test_texts_labels_and_keys(saved) -> None:
    dataset = load(saved / "one", key="site", test_examples=5)
    assert dataset.task == "text" and dataset.classes == 2
    assert sorted(dataset.train_inputs + dataset.test_inputs) == sorted(ROWS["text"])
    number = {text: row for row, text in enumerate(ROWS["text"])}
    assert [ROWS["site"][number[text]] for text in dataset.test_inputs] == list(dataset.test_keys)
    assert Counter(dataset.train_keys + dataset.test_keys) == {"a": 5, "b": 10, "c": 5}


def test_a_split_to_test_on(saved) -> None:
    dataset = load(saved / "two", test_split="validation")
    assert dataset.train_inputs == tuple(ROWS["text"]) and dataset.test_inputs == tuple(ROWS["text"][:4])
    assert dataset.train_keys is None and dataset.digest != load(saved / "two").digest


def test_images_are_read_as_they_are_stored(saved) -> None:
    dataset = load(saved / "images", image="picture", test_examples=2)
    assert dataset.train_inputs.shape == (4, 4, 4) and (dataset.train_inputs == 7).all()


@pytest.mark.parametrize(
    ("folder", "fields", "message"),
    [
        ("none", {}, r"none: is no data set that can be loaded: .*not found"),
        (".", {}, "is no data set that can be loaded: .*neither"),
        ("two", {"split": "tain"}, r"two: has no split 'tain' \(did you mean 'train'\?\); splits: train, validation"),
        ("one", {"text": "txt"}, r"one\[train\]: has no column 'txt' \(did you mean 'text'\?\); columns: text, label"),
        ("one", {"key": "label", "label": "site", "test_examples": 20}, "20 rows are too few to hold 20 out"),
    ],
)
def test_one_line_says_what_is_wrong(saved, folder, fields, message) -> None:
    with pytest.raises(ScenarioError, match=message) as caught:
        load(saved / folder, **fields)
    assert "\n" not in str(caught.value)


def test_without_the_package_one_line_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    for fields in ({"kind": "datasets", "name": "a/b"}, {"kind": "datasets_folder", "path": "x"}):
        with pytest.raises(ScenarioError) as caught:
            Data.parse(fields).load()
        needs = f"data {fields['kind']} needs the package datasets: python -m pip install 'wfsim-cosim[datasets]'"
        assert str(caught.value) == needs


def test_without_a_network_one_line_says_so(monkeypatch) -> None:
    datasets = pytest.importorskip("datasets")

    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("Couldn't reach 'a/b' on the Hub\n(OfflineModeIsEnabled)")

    monkeypatch.setattr(datasets, "load_dataset", unreachable)
    with pytest.raises(
        ScenarioError, match=r"^a/b: is no data set that can be loaded: Couldn't reach 'a/b' on the Hub"
    ):
        Data.parse({"kind": "datasets", "name": "a/b"}).load()


def test_a_name_is_handed_to_the_package(monkeypatch) -> None:
    datasets = pytest.importorskip("datasets")
    asked = []

    def load_dataset(*arguments: object, **more: object):
        asked.append((arguments, more))
        return datasets.DatasetDict({"fit": datasets.Dataset.from_dict(ROWS)})

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    fields = {"name": "a/b", "config": "small", "revision": "v1", "split": "fit"}
    assert len(Data.parse({"kind": "datasets", **fields}).load().train_inputs) == 16
    assert asked == [(("a/b", "small"), {"revision": "v1"})]


def test_two_test_sets_are_refused() -> None:
    with pytest.raises(ValidationError, match="test_examples is given beside test_split"):
        Data.parse({"kind": "datasets", "name": "a/b", "test_split": "test", "test_examples": 3})
