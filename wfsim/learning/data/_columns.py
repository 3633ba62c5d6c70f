"""Tables of one's own: labelled texts or images in columns, whatever the file's format."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.errors import ScenarioError, nearest
from wfsim.learning.data import Data, Dataset, Images, Texts
from wfsim.learning.data._encoded_images import decode_images, image_bytes
from wfsim.learning.data._table import stratified
from wfsim.local_path import LocalPath, opened

Columns = Mapping[str, Sequence[Any]]


class Table(Data):
    """A file with one labelled text or image per row, whatever its format. Labels become 0..C-1 in order of value."""

    path: LocalPath = Field(description="data file", examples=["./texts.csv"])
    label: str = Field("label", description="column of the class labels")
    text: str | None = Field(None, description="column of the texts; `text` if neither this nor `image` is given")
    image: str | None = Field(
        None, description="column of PNG or JPEG images: paths relative to the data file, or their content"
    )
    test_path: LocalPath | None = Field(None, description="file of the test examples")
    test_examples: int | None = Field(
        None, ge=1, description="rows of `path` held out, stratified by class; a fifth if there is no `test_path`"
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if self.text is not None and self.image is not None:
            raise ValueError("image is given beside text: classify one column")
        if self.test_path is not None and self.test_examples is not None:
            raise ValueError("test_examples is given beside test_path: take the test examples from one place")
        return self

    def columns(self, file: Path, wanted: Sequence[str]) -> Columns:
        """The wanted columns of a file, as long as one another. Raises ScenarioError for what is no such file."""
        raise NotImplementedError(type(self).__name__)

    def load(self) -> Dataset:
        whole = _examples(self, opened(self.path))
        classes = _classes(whole)
        if self.test_path is not None:
            test = _examples(self, opened(self.test_path))
            return _dataset(whole, _every(whole), test, _every(test), classes)
        held_out = stratified(whole.numbers(classes), self._held_out(whole))
        return _dataset(whole, ~held_out, whole, held_out, classes)

    def _held_out(self, whole: _Examples) -> int:
        rows = len(whole.labels)
        count = self.test_examples or max(rows // 5, 1)
        if count >= rows:
            raise ScenarioError(f"{rows} rows are too few to hold {count} out for testing", file=str(whole.file))
        return count


@dataclass(frozen=True, kw_only=True, eq=False)
class _Examples:
    file: Path
    column: str
    inputs: Images | Texts
    labels: tuple[str, ...]
    digest: bytes

    def numbers(self, classes: Mapping[str, int]) -> NDArray[np.int64]:
        for row, label in enumerate(self.labels, start=1):
            if label not in classes:
                raise _error(self.file, row, self.column, f"{label!r} is no label of the training file")
        return np.array([classes[label] for label in self.labels], np.int64)

    def taken(self, mask: NDArray[np.bool_]) -> Images | Texts:
        if isinstance(self.inputs, tuple):
            return tuple(text for text, wanted in zip(self.inputs, mask, strict=True) if wanted)
        return self.inputs[mask]


def _every(examples: _Examples) -> NDArray[np.bool_]:
    return np.ones(len(examples.labels), np.bool_)


def _examples(table: Table, file: Path) -> _Examples:
    column = table.image or table.text or "text"
    if not file.is_file():
        raise ScenarioError("no such data file", file=str(file))
    columns = table.columns(file, [column, table.label])
    if not columns[table.label]:
        raise ScenarioError("has no rows", file=str(file))
    labels = tuple(_label(file, row, table.label, value) for row, value in enumerate(columns[table.label], start=1))
    inputs, images = (_texts if table.image is None else _images)(file, column, columns[column])
    digest = hashlib.sha256(file.read_bytes() + images).digest()
    return _Examples(file=file, column=table.label, inputs=inputs, labels=labels, digest=digest)


def _texts(file: Path, column: str, values: Sequence[Any]) -> tuple[Texts, bytes]:
    """The texts; nothing outside the file."""
    return tuple(_text(file, row, column, value) for row, value in enumerate(values, start=1)), b""


def _images(file: Path, column: str, values: Sequence[Any]) -> tuple[Images, bytes]:
    """The images and a digest of their encoded bytes, which may lie outside the file."""
    encoded = tuple(_image(file, row, column, value) for row, value in enumerate(values, start=1))
    images, fault = decode_images(encoded)
    if fault is not None:
        raise _error(file, fault.row, column, fault.message)
    return images, b"".join(hashlib.sha256(image).digest() for image in encoded)


def _text(file: Path, row: int, column: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _error(file, row, column, f"expected a text, got {_shown(value)}")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _error(file, row, column, f"expected a text, got half a character: {_shown(value)}")
    return value


def _label(file: Path, row: int, column: str, value: Any) -> str:
    if not isinstance(value, str | int) or not str(value).strip():
        raise _error(file, row, column, f"expected a label (text or whole number), got {_shown(value)}")
    return str(value)


def _image(file: Path, row: int, column: str, value: Any) -> bytes:
    try:
        return image_bytes(value, file.parent)
    except OSError as error:
        raise _error(file, row, column, f"{error.strerror}: {error.filename}") from None
    except ValueError as error:
        raise _error(file, row, column, str(error)) from None


def _classes(examples: _Examples) -> dict[str, int]:
    """Class numbers in order of the labels' values: as numbers if all are whole numbers, else as texts."""
    found = set(examples.labels)
    whole = all(label.lstrip("-").isdecimal() and label.isascii() for label in found)
    return {label: number for number, label in enumerate(sorted(found, key=(lambda t: (int(t), t)) if whole else str))}


def _dataset(
    train: _Examples, used: NDArray[np.bool_], test: _Examples, held_out: NDArray[np.bool_], classes: Mapping[str, int]
) -> Dataset:
    train_inputs, test_inputs = train.taken(used), test.taken(held_out)
    if isinstance(train_inputs, np.ndarray) and train_inputs.shape[1:] != test_inputs.shape[1:]:
        message = f"images of {test_inputs.shape[1:]} against {train_inputs.shape[1:]} in the training file"
        raise ScenarioError(message, file=str(test.file))
    return Dataset(
        train_inputs=train_inputs,
        train_labels=train.numbers(classes)[used],
        test_inputs=test_inputs,
        test_labels=test.numbers(classes)[held_out],
        classes=len(classes),
        digest=hashlib.sha256(train.digest + test.digest).hexdigest(),
    )


def take_columns(file: Path, found: Columns, wanted: Sequence[str]) -> Columns:
    """The wanted columns of a file. Raises ScenarioError for one that it lacks."""
    for name in wanted:
        if name not in found:
            known = f"{nearest(name, found)}; columns: {', '.join(map(str, found))}"
            fields = "learning.data.text, image and label name them"
            raise ScenarioError(f"has no column {name!r}{known}; {fields}", file=str(file))
    return {name: found[name] for name in wanted}


def _error(file: Path, row: int, column: str, message: str) -> ScenarioError:
    return ScenarioError(f"row {row}, column {column!r}: {message}", file=str(file))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
