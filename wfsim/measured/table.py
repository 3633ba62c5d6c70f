"""Tables in CSV files: named columns as texts or numbers, every line checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import nearest
from wfsim.measured.files import lines_of, refused
from wfsim.measured.times import times_s

FIRST_ROW = 2  # the line after the header


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns of a file by name, each with one text per row; row i stands in line i + 2."""

    file: Path
    columns: dict[str, list[str]]

    def texts(self, name: str) -> list[str]:
        """A column. Raises ScenarioError that lists the columns there are."""
        if name not in self.columns:
            there = ", ".join(self.columns)
            raise refused(self.file, f"has no column {name!r}{nearest(name, self.columns)}; there are: {there}", 1)
        return self.columns[name]

    def times_s(self, name: str) -> NDArray[np.float64]:
        """A column of times in s that do not fall."""
        return times_s(self.file, self.texts(name), FIRST_ROW)

    def numbers(self, name: str, *, least: float = -math.inf) -> NDArray[np.float64]:
        """A column of finite numbers, none below `least`."""
        texts = self.texts(name)
        return np.array([self._number(name, text, line, least) for line, text in enumerate(texts, start=FIRST_ROW)])

    def _number(self, name: str, text: str, line: int, least: float) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise refused(self.file, f"{name} is {text!r}, which is no finite number", line)
        if number < least:
            raise refused(self.file, f"{name} is {text}, which is below {least:g}", line)
        return number


def read_table(path: str) -> Table:
    """A CSV file, UTF-8, whose first line names the columns. Raises ScenarioError with the line that is wrong."""
    file, lines = lines_of(path)
    header, *rows = csv.reader(lines)
    names = [name.strip() for name in header]
    if not rows:
        raise refused(file, f"has no rows under its header {', '.join(names)}", 1)
    for line, row in enumerate(rows, start=FIRST_ROW):
        if len(row) != len(names):
            raise refused(file, f"has {len(row)} fields; its header names {len(names)}", line)
    return Table(file=file, columns=_by_name(names, rows))


def _by_name(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    return {name: [row[column].strip() for row in rows] for column, name in enumerate(names)}
