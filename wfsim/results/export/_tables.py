"""A journal as one table per type of record."""

from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

from wfsim.results.directory import Run
from wfsim.results.export._journal import records
from wfsim.trace import RECORDS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """The records of one type: columns (`seq` and the record's fields) with their Python types, and rows in order."""

    columns: dict[str, Any]
    rows: list[list[Any]] = dataclasses.field(default_factory=list)


def journal_tables(run: Run) -> dict[str, Table]:
    """A table for every type of record, empty where none was written, so that all runs give the same tables."""
    tables = {name: Table(columns=_columns(record)) for name, record in RECORDS.items()}
    for line in records(run):
        table = tables[line["type"]]
        table.rows.append([line[column] for column in table.columns])
    return tables


def _columns(record: type) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {"seq": int, **{field.name: hints[field.name] for field in dataclasses.fields(record)}}
