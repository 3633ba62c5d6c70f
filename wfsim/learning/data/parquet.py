"""Data kind `parquet`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import model_validator

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data, Dataset
from wfsim.learning.data._columns import (
    Columns,
    ImageColumn,
    LabelColumn,
    TablePath,
    TestExamples,
    TestPath,
    TextColumn,
    check_table,
    load_table,
    take_columns,
)


class Parquet(Data, kind="parquet"):
    """A Parquet file. Images are paths, bytes, or {bytes, path} as Hugging Face data sets store them."""

    path: TablePath
    label: LabelColumn = "label"
    text: TextColumn = None
    image: ImageColumn = None
    test_path: TestPath = None
    test_examples: TestExamples = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Parquet:
        check_table(self)
        return self

    def load(self) -> Dataset:
        return load_table(self, _read)


def _read(file: Path, wanted: Sequence[str]) -> Columns:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        needs = "data parquet needs the package pyarrow: python -m pip install 'wfsim-cosim[parquet]'"
        raise ScenarioError(needs) from None
    try:
        names = parquet.read_schema(file).names
        take_columns(file, dict.fromkeys(names, ()), wanted)
        return parquet.read_table(file, columns=list(wanted)).to_pydict()
    except (pyarrow.ArrowException, OSError) as error:
        raise ScenarioError(f"is not a Parquet file: {' '.join(str(error).split())}", file=str(file)) from None
