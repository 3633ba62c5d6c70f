"""A journal as one table per type of record, and what it comes to per link, outage and element."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, get_type_hints

from wfsim.results.directory import Run
from wfsim.results.export._journal import records
from wfsim.results.metrics import Downtime, LinkTotals, Outage, downtimes, link_totals, outages
from wfsim.trace import RECORDS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """Columns (of records `seq` and the record's fields) with their Python types, and rows in order."""

    columns: dict[str, Any]
    rows: list[list[Any]] = dataclasses.field(default_factory=list)


def journal_tables(run: Run) -> dict[str, Table]:
    """A table for every type of record, and `links`, `outages` and `downtimes`, which are folded from them.

    Tables are empty where there is nothing, so that all runs give the same ones.
    """
    tables = {name: Table(columns={"seq": int, **_columns(record)}) for name, record in RECORDS.items()}
    lines = list(records(run))
    for line in lines:
        table = tables[line["type"]]
        table.rows.append([line[column] for column in table.columns])
    return tables | _folded(lines)


def _folded(lines: Sequence[dict[str, Any]]) -> dict[str, Table]:
    found = outages(lines)
    return {
        "links": _table(LinkTotals, link_totals(lines)),
        "outages": _table(Outage, found),
        "downtimes": _table(Downtime, downtimes(found)),
    }


def _table(kind: type, rows: Iterable[Any]) -> Table:
    columns = _columns(kind)
    return Table(columns=columns, rows=[[getattr(row, name) for name in columns] for row in rows])


def _columns(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
