"""Data kind `jsonl`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError
from wfsim.learning.data._columns import Table, take_columns
from wfsim.learning.data._labelled import Columns


class JsonLines(Table, kind="jsonl"):
    """A file of JSON objects, one a line, UTF-8. Images are paths or base64."""

    def columns(self, file: Path, wanted: Sequence[str]) -> Columns:
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
