"""Does a journal keep its promises? One function per promise; each yields a sentence per breach.

A new invariant is one function under `@invariant` in a file here. Needs nothing but the records: no simulation, no
scenario.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from wfsim.part import load_folder
from wfsim.results.verify._invariant import INVARIANTS, Line, has_ended
from wfsim.trace import RECORDS, Record

__all__ = ["INVARIANTS", "verify"]


def verify(lines: Iterable[Line], *, finished: bool = True) -> list[str]:
    """One sentence per broken invariant; empty for a sound journal. `finished`: the run claims to have ended.

    Records that lack fields are reported alone: nothing can be said about what they should hold.
    """
    journal = list(lines)
    malformed = list(_malformed(journal))
    if malformed:
        return malformed
    ending = [] if finished == has_ended(journal) else [_wrong_ending(finished)]
    return [sentence for invariant in INVARIANTS for sentence in invariant(journal)] + ending


def _malformed(journal: Sequence[Line]) -> Iterator[str]:
    for number, line in enumerate(journal):
        kind = RECORDS.get(line.get("type", ""))
        if kind is None:
            yield f"record {number}: no record type called {line.get('type')!r}"
            continue
        fields = {"seq", "type", "hash", *(field.name for field in dataclasses.fields(kind))}
        if fields != line.keys():
            yield f"record {number}: {kind.name} has the wrong fields: {', '.join(sorted(fields ^ line.keys()))}"
        else:
            yield from (f"record {number}: {kind.name}: {problem}" for problem in _mistyped(kind, line))


def _mistyped(kind: type[Record], line: Line) -> Iterator[str]:
    try:
        _types(kind).model_validate({field.name: line[field.name] for field in dataclasses.fields(kind)})
    except ValidationError as error:
        for problem in error.errors():
            yield f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"


@functools.cache
def _types(kind: type[Record]) -> type[BaseModel]:
    """The record's fields as a strict pydantic model."""
    config = ConfigDict(strict=True, allow_inf_nan=False)
    return create_model(kind.name, __config__=config, **{name: (hint, ...) for name, hint in _hints(kind).items()})


def _hints(kind: type[Record]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in names}


def _wrong_ending(finished: bool) -> str:
    if finished:
        return "the last record is not run_ended"
    return "the last record is run_ended, yet the run is called unfinished"


load_folder(__name__, list(__path__))
