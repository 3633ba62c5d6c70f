"""Data kind `csv`."""

from __future__ import annotations

import warnings
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


class Csv(Data, kind="csv"):
    """A CSV file, UTF-8, with a header row (RFC 4180). Images are paths or base64."""

    path: TablePath
    label: LabelColumn = "label"
    text: TextColumn = None
    image: ImageColumn = None
    test_path: TestPath = None
    test_examples: TestExamples = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Csv:
        check_table(self)
        return self

    def load(self) -> Dataset:
        return load_table(self, _read)


def _read(file: Path, wanted: Sequence[str]) -> Columns:
    import pandas

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)  # fields beyond the header would be dropped
            table = pandas.read_csv(file, dtype=str, na_filter=False, encoding="utf-8", index_col=False)
    except pandas.errors.ParserWarning:
        raise ScenarioError("a row has more fields than the header; quote texts with commas", file=str(file)) from None
    except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors
        raise ScenarioError(f"is not a CSV file: {' '.join(str(error).split())}", file=str(file)) from None
    return take_columns(file, {str(name): list(table[name]) for name in table.columns}, wanted)
