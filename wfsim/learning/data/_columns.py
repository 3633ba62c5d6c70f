"""Tables of one's own: labelled texts or images in the columns of a file, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from wfsim.errors import ScenarioError, nearest
from wfsim.learning.data import Dataset
from wfsim.learning.data._labelled import Columns, Labelled, Source, load_parts, load_whole
from wfsim.local_path import LocalPath, opened


class Table(Labelled):
    """A file with one labelled text or image per row, whatever its format. Labels become 0..C-1 in order of value."""

    path: LocalPath = Field(description="data file", examples=["./texts.csv"])
    test_path: LocalPath | None = Field(None, description="file of the test examples")
    test_examples: int | None = Field(
        None, ge=1, description="rows of `path` held out, stratified by class; a fifth if there is no `test_path`"
    )

    @model_validator(mode="after")
    def _one_test_set(self) -> Self:
        if self.test_path is not None and self.test_examples is not None:
            raise ValueError("test_examples is given beside test_path: take the test examples from one place")
        return self

    def columns(self, file: Path, wanted: Sequence[str]) -> Columns:
        """The wanted columns of a file, as long as one another. Raises ScenarioError for what is no such file."""
        raise NotImplementedError(type(self).__name__)

    def load(self) -> Dataset:
        whole = self._source(self.path)
        if self.test_path is None:
            return load_whole(self, whole, self.test_examples)
        return load_parts(self, whole, self._source(self.test_path))

    def _source(self, path: str) -> Source:
        file = opened(path)
        if not file.is_file():
            raise ScenarioError("no such data file", file=str(file))
        columns = self.columns(file, self.wanted)
        return Source(name=str(file), folder=file.parent, columns=columns, digest=file.read_bytes())


def take_columns(file: Path | str, found: Columns, wanted: Sequence[str]) -> Columns:
    """The wanted columns of a file. Raises ScenarioError for one that it lacks."""
    for name in wanted:
        if name not in found:
            known = f"{nearest(name, found)}; columns: {', '.join(map(str, found))}"
            fields = "learning.data.text, image, label and key name them; label: null where texts have no labels"
            raise ScenarioError(f"has no column {name!r}{known}; {fields}", file=str(file))
    return {name: found[name] for name in wanted}
