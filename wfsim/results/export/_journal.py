"""A journal's records, for exporting."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.trace import RECORDS

Line = dict[str, Any]


def records(run: Run) -> Iterator[Line]:
    """The journal's lines; of a killed run the whole ones.

    Raises UsageError for a journal without a record, and at a record whose fields are not those of this version.
    """
    lines = list(run.whole_lines())
    if not lines:
        raise UsageError(f"{run.path}: the journal holds no record; there is nothing to export")
    for line in lines:
        if line.keys() - {"seq", "type", "hash"} != _fields(line["type"]):
            raise UsageError(
                f"{run.path}: record {line['seq']} ({line['type']}) was written by another version of wfsim"
            )
        yield line


def _fields(name: str) -> set[str]:
    return {field.name for field in dataclasses.fields(RECORDS[name])} if name in RECORDS else set()
