"""Data sets of the package `datasets`: named splits of named columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from wfsim.errors import ScenarioError, nearest
from wfsim.learning.data import Dataset
from wfsim.learning.data._columns import take_columns
from wfsim.learning.data._labelled import Labelled, Source, load_parts, load_whole

if TYPE_CHECKING:
    import datasets


class Splits(Labelled):
    """One split to train on, and either another to test on or rows held out of the first."""

    split: str = Field("train", description="which split to train on")
    test_split: str | None = Field(None, description="which split to test on")
    test_examples: int | None = Field(
        None, ge=1, description="rows of `split` held out, stratified by class; a fifth if there is no `test_split`"
    )

    @model_validator(mode="after")
    def _one_test_set(self) -> Self:
        if self.test_split is not None and self.test_examples is not None:
            raise ValueError("test_examples is given beside test_split: take the test examples from one place")
        return self

    def origin(self) -> str:
        """Where the data are from, in error lines."""
        raise NotImplementedError(type(self).__name__)

    def splits(self) -> datasets.DatasetDict:
        """Every split. May raise what `datasets` raises."""
        raise NotImplementedError(type(self).__name__)

    def load(self) -> Dataset:
        with _one_line_errors(self.kind, self.origin()):
            splits = self.splits()
        whole = self._source(splits, self.split)
        if self.test_split is None:
            return load_whole(self, whole, self.test_examples)
        return load_parts(self, whole, self._source(splits, self.test_split))

    def _source(self, splits: datasets.DatasetDict, split: str) -> Source:
        if split not in splits:
            message = f"has no split {split!r}{nearest(split, splits)}; splits: {', '.join(sorted(splits))}"
            raise ScenarioError(message, file=self.origin())
        name = f"{self.origin()}[{split}]"
        take_columns(name, dict.fromkeys(splits[split].column_names, ()), self.wanted)
        with _one_line_errors(self.kind, name):
            columns = self._encoded(splits[split]).to_dict()
        return Source(name=name, folder=Path(), columns=columns, digest=_digest(columns, self.wanted))

    def _encoded(self, rows: datasets.Dataset) -> datasets.Dataset:
        """The wanted columns, images as they are stored."""
        import datasets

        kept = rows.select_columns(list(self.wanted))
        stored = isinstance(kept.features[self.input], datasets.Image)
        return kept.cast_column(self.input, datasets.Image(decode=False)) if stored else kept


@contextmanager
def _one_line_errors(kind: str, origin: str) -> Iterator[None]:
    """What `datasets` raises where it is absent, and without a network or such a data set."""
    try:
        yield
    except ImportError:
        needs = f"data {kind} needs the package datasets: python -m pip install 'wfsim-cosim[datasets]'"
        raise ScenarioError(needs) from None
    except (OSError, ValueError) as error:
        message = " ".join(str(error).split())
        raise ScenarioError(f"is no data set that can be loaded: {message}", file=origin) from None


def _digest(columns: Mapping[str, Sequence[Any]], wanted: Sequence[str]) -> bytes:
    """Of texts, labels and keys; what images hold is hashed where they are decoded."""
    digest = hashlib.sha256()
    for name in wanted:
        cells = (value for value in columns[name] if not isinstance(value, Mapping))
        digest.update("\0".join(map(repr, cells)).encode("utf-8", "surrogatepass"))
    return digest.digest()
