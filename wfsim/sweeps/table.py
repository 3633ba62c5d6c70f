"""`sweep.csv`: one row per cell in the order of cells, a pure function of the sweep and of its runs' summaries."""

from __future__ import annotations

import csv
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from wfsim.results.directory import COMPLETED, FAILED, Run
from wfsim.results.summary import Summary
from wfsim.scenario.cells import text_of
from wfsim.sweeps.plan import Plan, Task

TABLE = "sweep.csv"
UNFINISHED = "unfinished"
_NUMBERS = tuple(Summary().values())

Row = dict[str, Any]


class Table:
    """Rows of a sweep as its runs stand: swept keys, `seed`, `run`, `status` and the numbers of completed runs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._summaries: dict[str, Row] = {}
        self.columns = (*plan.batch.keys, "seed", "run", "status", *_NUMBERS)

    def rows(self, failed: Container[str] = ()) -> Iterator[Row]:
        """One row per cell; `failed` holds the ids of runs that ended badly."""
        for cell, task in self._plan.rows():
            summary = self._summary(task)
            status = COMPLETED if summary else FAILED if task.run_id in failed else UNFINISHED
            yield {**cell.values, "seed": cell.scenario.seed, "run": task.path.name, "status": status, **summary}

    def write(self, failed: Container[str] = ()) -> Path:
        """Write `sweep.csv` through a temporary file; numbers as their shortest exact text, missing values empty."""
        path = self._plan.folder / TABLE
        draft = path.with_name(f"{TABLE}.part")
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.columns)
            writer.writerows([self._text(row, key) for key in self.columns] for row in self.rows(failed))
        return draft.replace(path)

    def _text(self, row: Row, key: str) -> str:
        """Swept values as YAML reads them; a number that was not measured is empty."""
        swept = key in self._plan.batch.keys and key in row
        return text_of(row[key]) if swept or row.get(key) is not None else ""

    def _summary(self, task: Task) -> Row:
        """The numbers of a completed run, else nothing."""
        if task.run_id not in self._summaries and task.is_complete():
            summary = Run(task.path).summary
            self._summaries[task.run_id] = {key: summary[key] for key in _NUMBERS}
        return self._summaries.get(task.run_id, {})
