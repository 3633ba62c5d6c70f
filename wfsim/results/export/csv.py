"""Comma-separated text."""

from __future__ import annotations

import csv as text
import io
import json
from typing import Any

from wfsim.results.directory import Run
from wfsim.results.export import exporter
from wfsim.results.export._tables import Table, journal_tables


@exporter()
def csv(run: Run) -> dict[str, bytes]:
    """A folder with one CSV file per type of journal record, and of links and outages (RFC 4180, UTF-8).

    Numbers as their shortest exact text, lists and mappings as JSON, null as an empty cell.
    """
    return {f"{name}.csv": _encoded(table) for name, table in journal_tables(run).items()}


def _encoded(table: Table) -> bytes:
    file = io.StringIO()
    writer = text.writer(file, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(map(_cell, row) for row in table.rows)
    return file.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
