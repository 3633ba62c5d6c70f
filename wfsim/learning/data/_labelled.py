"""Rows of one's own: labelled texts or images in named columns, wherever the columns come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data, Dataset, Images, Texts
from wfsim.learning.data._encoded_images import decode_images, image_bytes
from wfsim.learning.data._examples import Examples, joined, split_examples

Columns = Mapping[str, Sequence[Any]]


class Source(NamedTuple):
    """Columns of equal length; the `name` in error lines, the `folder` of image paths, a `digest` of the origin."""

    name: str
    folder: Path
    columns: Columns
    digest: bytes


class Labelled(Data):
    """One labelled text or image per row. Labels become 0..C-1 in order of value.

    A language model takes texts without labels, which are all of one class; labels that are there serve the partition.
    """

    label: str | None = Field("label", description="column of the class labels; null for texts without labels")
    text: str | None = Field(None, description="column of the texts; `text` if neither this nor `image` is given")
    image: str | None = Field(
        None, description="column of PNG or JPEG images: paths relative to the data file, or their content"
    )
    key: str | None = Field(
        None, description="column that names whose a row is (a site, an author), for the partition `natural`"
    )

    @model_validator(mode="after")
    def _one_kind_of_input(self) -> Self:
        if self.text is not None and self.image is not None:
            raise ValueError("image is given beside text: classify one column")
        if self.image is not None and self.label is None:
            raise ValueError("label is null beside image: images are classified")
        return self

    @property
    def input(self) -> str:
        """Column of the texts or images."""
        return self.image or self.text or "text"

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the columns to read: input, label, and the key if any."""
        return tuple(dict.fromkeys(name for name in (self.input, self.label, self.key) if name is not None))


def load_whole(data: Labelled, source: Source, test_examples: int | None) -> Dataset:
    """A data set from one source, so many rows (by default a fifth) held out. Raises ScenarioError for bad rows."""
    rows = _read(data, source)
    classes = _classes(rows)
    count = test_examples or max(len(rows.labels) // 5, 1)
    if count >= len(rows.labels):
        message = f"{len(rows.labels)} rows are too few to hold {count} out for testing"
        raise ScenarioError(message, file=source.name)
    digest = hashlib.sha256(rows.digest + rows.digest).hexdigest()
    return split_examples(rows.examples(classes), test_examples=count, classes=len(classes), digest=digest)


def load_parts(data: Labelled, train_source: Source, test_source: Source) -> Dataset:
    """A data set from two sources. Raises ScenarioError for bad rows and where the second does not suit the first."""
    train, test = _read(data, train_source), _read(data, test_source)
    classes = _classes(train)
    if isinstance(train.inputs, np.ndarray) and train.inputs.shape[1:] != test.inputs.shape[1:]:
        message = f"images of {test.inputs.shape[1:]} against {train.inputs.shape[1:]} in the training file"
        raise ScenarioError(message, file=test.name)
    digest = hashlib.sha256(train.digest + test.digest).hexdigest()
    return joined(train.examples(classes), test.examples(classes), classes=len(classes), digest=digest)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    name: str
    column: str
    inputs: Images | Texts
    labels: tuple[str, ...]
    keys: tuple[str, ...] | None
    digest: bytes

    def examples(self, classes: Mapping[str, int]) -> Examples:
        return Examples(inputs=self.inputs, labels=self._numbers(classes), keys=self.keys)

    def _numbers(self, classes: Mapping[str, int]) -> NDArray[np.int64]:
        for row, label in enumerate(self.labels, start=1):
            if label not in classes:
                raise _error(self.name, row, self.column, f"{label!r} is no label of the training file")
        return np.array([classes[label] for label in self.labels], np.int64)


def _read(data: Labelled, source: Source) -> _Rows:
    if not source.columns[data.input]:
        raise ScenarioError("has no rows", file=source.name)
    unlabelled = ("",) * len(source.columns[data.input])
    labels = unlabelled if data.label is None else _names(source, data.label, "a label")
    inputs, images = (_texts if data.image is None else _images)(source, data.input)
    return _Rows(
        name=source.name,
        column=data.label or "",
        inputs=inputs,
        labels=labels,
        keys=None if data.key is None else _names(source, data.key, "a name"),
        digest=hashlib.sha256(source.digest + images).digest(),
    )


def _names(source: Source, column: str, what: str) -> tuple[str, ...]:
    """A column of texts or whole numbers, as texts."""
    return _each(source, column, lambda value: _name(value, what))


def _texts(source: Source, column: str) -> tuple[Texts, bytes]:
    """The texts; nothing outside the source."""
    return _each(source, column, _text), b""


def _images(source: Source, column: str) -> tuple[Images, bytes]:
    """The images and a digest of their encoded bytes, which may lie outside the source."""
    encoded = _each(source, column, lambda value: image_bytes(value, source.folder))
    images, fault = decode_images(encoded)
    if fault is not None:
        raise _error(source.name, fault.row, column, fault.message)
    return images, b"".join(hashlib.sha256(image).digest() for image in encoded)


def _each(source: Source, column: str, read: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Every cell of a column, read; the first that cannot be is the error."""
    cells = []
    for row, value in enumerate(source.columns[column], start=1):
        try:
            cells.append(read(value))
        except OSError as error:
            raise _error(source.name, row, column, f"{error.strerror}: {error.filename}") from None
        except ValueError as error:
            raise _error(source.name, row, column, str(error)) from None
    return tuple(cells)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a text, got {_shown(value)}")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"expected a text, got half a character: {_shown(value)}")
    return value


def _name(value: Any, what: str) -> str:
    if not isinstance(value, str | int) or not str(value).strip():
        raise ValueError(f"expected {what} (text or whole number), got {_shown(value)}")
    return str(value)


def _classes(rows: _Rows) -> dict[str, int]:
    """Class numbers in order of the labels' values: as numbers if all are whole numbers, else as texts."""
    found = set(rows.labels)
    whole = all(label.lstrip("-").isdecimal() and label.isascii() for label in found)
    return {label: number for number, label in enumerate(sorted(found, key=(lambda t: (int(t), t)) if whole else str))}


def _error(name: str, row: int, column: str, message: str) -> ScenarioError:
    return ScenarioError(f"row {row}, column {column!r}: {message}", file=name)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
