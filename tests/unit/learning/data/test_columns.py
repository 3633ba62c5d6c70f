"""Tables of one's own: CSV, JSON lines and Parquet give the same data set, or one line that says where it is wrong."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data

KINDS = ["csv", "jsonl", "parquet"]
TEXTS = [f"text {number}, with a comma" for number in range(20)]
LABELS = ["b", "a", "c", "b"] * 5


def write(kind: str, path: Path, columns: dict[str, Sequence]) -> Path:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(columns)
    if kind == "csv":
        table.to_csv(path, index=False)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(dict(zip(columns, row))) + "\n" for row in zip(*columns.values())))
    else:
        pytest.importorskip("pyarrow")
        table.to_parquet(path, index=False)
    return path


def load(kind: str, path: Path, **fields):
    return Data.parse({"kind": kind, "path": str(path), **fields}).load()


def png(pixels: np.ndarray, form: str = "PNG") -> bytes:
    image = pytest.importorskip("PIL.Image").fromarray(pixels)
    image.save(file := io.BytesIO(), form)
    return file.getvalue()


def flipped(image: bytes) -> bytes:
    """One bit of the pixels' checksum changed."""
    return image[:-17] + bytes([image[-17] ^ 1]) + image[-16:]


@pytest.mark.parametrize("kind", KINDS)
def test_texts_and_sorted_labels(tmp_path, kind) -> None:
    path = write(kind, tmp_path / "t", {"text": TEXTS, "label": LABELS, "more": LABELS})
    dataset = load(kind, path, test_examples=4)
    assert (dataset.task, dataset.classes, len(dataset.train_inputs), len(dataset.test_inputs)) == ("text", 3, 16, 4)
    number = dict(zip(TEXTS, ["abc".index(label) for label in LABELS]))
    for inputs, labels in (
        (dataset.train_inputs, dataset.train_labels),
        (dataset.test_inputs, dataset.test_labels),
    ):
        assert [number[text] for text in inputs] == labels.tolist()
    assert sorted(dataset.train_inputs + dataset.test_inputs) == sorted(TEXTS)
    assert np.bincount(dataset.test_labels).tolist() == [1, 2, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fifth_is_held_out_unless_told(tmp_path, kind) -> None:
    path = write(kind, tmp_path / "t", {"text": TEXTS, "label": LABELS})
    assert len(load(kind, path).test_labels) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_whole_numbers_sort_as_numbers(tmp_path, kind) -> None:
    path = write(kind, tmp_path / "t", {"text": TEXTS[:6], "label": [10, 9, 2, 10, 9, 2]})
    dataset = load(kind, path, test_path=str(path))
    assert dataset.train_labels.tolist() == dataset.test_labels.tolist() == [2, 1, 0, 2, 1, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_file_of_its_own_counts_in_the_digest(tmp_path, kind) -> None:
    train = write(kind, tmp_path / "a", {"text": TEXTS, "label": LABELS})
    test = write(kind, tmp_path / "b", {"text": ["other"], "label": ["c"]})
    dataset = load(kind, train, test_path=str(test))
    assert (dataset.test_inputs, dataset.test_labels.tolist(), len(dataset.train_labels)) == (("other",), [2], 20)
    write(kind, test, {"text": ["another"], "label": ["c"]})
    assert load(kind, train, test_path=str(test)).digest != dataset.digest


def test_a_label_that_was_never_trained_is_refused(tmp_path) -> None:
    train = write("csv", tmp_path / "a.csv", {"text": TEXTS, "label": LABELS})
    test = write("csv", tmp_path / "b.csv", {"text": ["x", "y"], "label": ["c", "d"]})
    with pytest.raises(ScenarioError, match=r"b.csv: row 2, column 'label': 'd' is no label of the training file"):
        load("csv", train, test_path=str(test))


GREY = np.random.default_rng(1).integers(0, 256, (10, 6, 5), dtype=np.uint8)
COLOUR = np.random.default_rng(2).integers(0, 256, (10, 6, 5, 3), dtype=np.uint8)


def cells(images: np.ndarray, how: str, folder: Path) -> list:
    encoded = [png(image) for image in images]
    if how == "bytes":
        return encoded
    if how == "struct":
        return [{"bytes": image, "path": None} for image in encoded]
    if how == "base64":
        return [base64.b64encode(image).decode() for image in encoded]
    for number, image in enumerate(encoded):
        (folder / f"{number}.png").write_bytes(image)
    return [f"{number}.png" for number in range(len(images))]


@pytest.mark.parametrize(
    ("kind", "how"),
    [(kind, how) for kind in KINDS for how in ("paths", "base64")] + [("parquet", "bytes"), ("parquet", "struct")],
)
@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
def test_images_are_what_was_written(tmp_path, kind, how, images) -> None:
    path = write(kind, tmp_path / "t", {"image": cells(images, how, tmp_path), "label": [0, 1] * 5})
    dataset = load(kind, path, image="image", test_examples=2)
    found = np.concatenate([dataset.train_inputs, dataset.test_inputs])
    assert dataset.task == "image" and found.dtype == np.uint8
    assert sorted(image.tobytes() for image in found) == sorted(image.tobytes() for image in images)


def test_a_changed_image_file_changes_the_digest(tmp_path) -> None:
    path = write("csv", tmp_path / "t.csv", {"image": cells(GREY, "paths", tmp_path), "label": [0, 1] * 5})
    before = load("csv", path, image="image").digest
    (tmp_path / "3.png").write_bytes(png(GREY[4]))
    assert load("csv", path, image="image").digest != before


def test_one_colour_image_makes_all_of_them_colour(tmp_path) -> None:
    mixed = [png(GREY[0]), png(COLOUR[0]), png(GREY[1], "JPEG"), png(COLOUR[1])]
    path = write("parquet", tmp_path / "t", {"image": mixed, "label": [0, 1, 0, 1]})
    assert load("parquet", path, image="image", test_examples=1).train_inputs.shape == (3, 6, 5, 3)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("nowhere.png", "row 2, column 'image': No such file or directory: .*nowhere.png"),
        ("iVBORw0KGgo*", "row 2, column 'image': "),
        (base64.b64encode(png(GREY[0])[:60]).decode(), "row 2, column 'image': is not a whole PNG or JPEG image"),
        (base64.b64encode(flipped(png(GREY[0]))).decode(), "row 2, column 'image': is not a whole PNG or JPEG image"),
        (base64.b64encode(png(GREY[0, :5, :5])).decode(), "row 2, column 'image': is 5 x 5 pixels, the first is 5 x 6"),
        (base64.b64encode(png(GREY[0].astype(np.uint16))).decode(), "has pixels of type I"),
        ("", "row 2, column 'image': expected a path, base64 or bytes"),
    ],
)
def test_a_bad_image_is_named_by_file_row_and_column(tmp_path, cell, says) -> None:
    good = base64.b64encode(png(GREY[0])).decode()
    path = write("csv", tmp_path / "t.csv", {"image": [good, cell, good], "label": ["a", "b", "a"]})
    with pytest.raises(ScenarioError, match=says) as caught:
        load("csv", path, image="image")
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"tekst": TEXTS, "label": LABELS}, r"has no column 'text' \(did you mean 'tekst'\?\); columns: tekst, label"),
        ({"text": TEXTS}, "has no column 'label'"),
        ({"text": ["x", " ", "z"], "label": ["a", "b", "c"]}, "row 2, column 'text': expected a text"),
        ({"text": ["x", "y", "z"], "label": ["a", "b", ""]}, "row 3, column 'label': expected a label"),
        ({"text": ["x"], "label": ["a"]}, "1 rows are too few to hold 1 out for testing"),
        ({"text": [], "label": []}, "has no (rows|column)|is not JSON"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_table_is_refused_in_one_line(tmp_path, kind, columns, says) -> None:
    path = write(kind, tmp_path / "t", columns)
    with pytest.raises(ScenarioError, match=says) as caught:
        load(kind, path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("csv", b"", "is not a CSV file: No columns"),
        ("csv", b"text,label\na,b\nc,d,e\n", "is not a CSV file: .*line 3"),
        ("csv", b"text,label\na,b,c\nd,e,f\ng,h,i\n", "a row has more fields than the header"),
        ("csv", b"text,label\n\xff,b\n", "is not a CSV file: .*utf-8"),
        ("jsonl", b"[" * 100_000 + b"\n", "t:1: is not JSON"),
        ("jsonl", b'{"text": "\\ud800", "label": 1}\n', "row 1, column 'text': expected a text, got half a character"),
        ("jsonl", b'{"text": "a", "label": 1}\n{"text": "a"\n', "t:2: is not JSON"),
        ("jsonl", b"[1]\n", "t:1: is not a JSON object"),
        ("jsonl", b"\xff\n", "is not UTF-8"),
        ("jsonl", b'{"text": "a", "label": 1}\n{"text": null, "label": 1}\n', "row 2, column 'text': expected a text"),
        ("parquet", b"PAR1", "is not a Parquet file"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path, kind, content, says) -> None:
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(ScenarioError, match=says) as caught:
        load(kind, tmp_path / "t")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere.csv: no such data file"):
        load("csv", tmp_path / "nowhere.csv")


def test_one_column_of_inputs_and_one_source_of_tests(tmp_path) -> None:
    with pytest.raises(ValidationError, match="classify one column"):
        load("csv", tmp_path, text="a", image="b")
    with pytest.raises(ValidationError, match="from one place"):
        load("csv", tmp_path, test_path="x", test_examples=3)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch) -> None:
    (tmp_path / "t").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        ScenarioError, match=r"needs the package pyarrow: python -m pip install 'wfsim-cosim\[parquet\]'"
    ):
        load("parquet", tmp_path / "t")
