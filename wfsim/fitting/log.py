"""Reading a pilot's log: named columns in CSV, an empty field where nothing was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wfsim.errors import nearest
from wfsim.fitting import Vector
from wfsim.measured.files import refused
from wfsim.measured.table import FIRST_ROW, Table, read_table

TIME = "time_s"
LOSS = "loss"
LEAST = {  # the columns that are read, and the least value of each
    "rate_bps": 0.0,
    "distance_m": 0.0,
    "snr_db": -math.inf,
    "rssi_dbm": -math.inf,
    LOSS: 0.0,
    "rtt_s": 0.0,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Log:
    """Columns [rows] by name, NaN where a field is empty; `time_s` counts from the first row, or numbers the rows."""

    file: Path
    time_s: Vector
    columns: dict[str, Vector]

    def has(self, *names: str) -> bool:
        """Whether all these columns are there."""
        return all(name in self.columns for name in names)

    def together(self, *names: str) -> list[Vector]:
        """Columns in the rows in which all of them were measured."""
        found = [self.columns[name] for name in names]
        whole = ~np.isnan(found).any(axis=0)
        return [column[whole] for column in found]

    def over_time(self, name: str) -> tuple[Vector, Vector]:
        """Times and values of a column where it was measured."""
        whole = ~np.isnan(self.columns[name])
        return self.time_s[whole], self.columns[name][whole]


def read_log(path: str) -> Log:
    """A CSV file with a header. Raises ScenarioError that names file, line and value of what is wrong."""
    table = read_table(path)
    columns = {name: _column(table, name) for name in LEAST if name in table.columns}
    if not columns:
        named = ", ".join(f"{name!r}{nearest(name, LEAST)}" for name in table.columns)
        raise refused(table.file, f"has none of the columns {', '.join(LEAST)}; it has {named}", 1)
    rows = len(next(iter(columns.values())))
    time_s = table.times_s(TIME) if TIME in table.columns else np.arange(rows, dtype=np.float64)
    return Log(file=table.file, time_s=time_s - time_s[0], columns=columns)


def _column(table: Table, name: str) -> Vector:
    numbered = enumerate(table.texts(name), start=FIRST_ROW)
    return np.array([_number(table.file, name, text, line) for line, text in numbered])


def _number(file: Path, name: str, text: str, line: int) -> float:
    if not text:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise refused(file, f"{name} is {text!r}, which is no finite number", line)
    if number < LEAST[name] or (name == "distance_m" and number == 0.0):
        allowed = "above 0" if name == "distance_m" else f"at least {LEAST[name]:g}"
        raise refused(file, f"{name} is {text}; it must be {allowed}", line)
    if name == LOSS and number not in (0.0, 1.0):
        raise refused(file, f"{name} is {text}; it must be 0 (arrived) or 1 (lost)", line)
    return number
