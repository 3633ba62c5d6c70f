"""Data kind `jsonl`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


class JsonLines(Data, kind="jsonl"):
    """A file of JSON objects, one a line, UTF-8. Images are paths or base64."""

    path: TablePath
    label: LabelColumn = "label"
    text: TextColumn = None
    image: ImageColumn = None
    test_path: TestPath = None
    test_examples: TestExamples = None

    @model_validator(mode="after")
    def _one_of_each(self) -> JsonLines:
        check_table(self)
        return self

    def load(self) -> Dataset:
        return load_table(self, _read)


def _read(file: Path, wanted: Sequence[str]) -> Columns:
    rows = [_row(file, number, line) for number, line in enumerate(_lines(file), start=1)]
    known = dict.fromkeys(key for row in rows for key in row)
    return take_columns(file, {name: [row.get(name) for row in rows] for name in known}, wanted)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").rstrip("\n").split("\n")
    except UnicodeDecodeError:
        raise ScenarioError("is not UTF-8", file=str(file)) from None


def _row(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"is not JSON: {error}", file=str(file), line=number) from None
    if not isinstance(row, dict):
        raise ScenarioError("is not a JSON object", file=str(file), line=number)
    return row
