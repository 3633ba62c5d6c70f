"""Do the files that are folded from a journal still say what the journal gives?"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wfsim.results.directory import Run
from wfsim.results.rounds import read_rounds, round_rows
from wfsim.results.summary import summarise

Line = dict[str, Any]


def differences(run: Run, journal: Sequence[Line]) -> Iterator[str]:
    """One sentence for each of `summary.json` and `rounds.csv` that differs from a sound journal's, with the key."""
    for name, compare in (("summary.json", _summary), ("rounds.csv", _rounds)):
        try:
            yield from (f"{name}: {difference}" for difference in compare(run.path / name, journal))
        except FileNotFoundError:
            yield f"{name} is missing"
        except (ValueError, TypeError, csv.Error) as error:
            yield f"{name} cannot be read: {error}"


def _summary(path: Path, journal: Sequence[Line]) -> Iterator[str]:
    held = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(held, dict):
        raise TypeError("not a mapping")
    yield from _first_difference(held, summarise(journal))


def _rounds(path: Path, journal: Sequence[Line]) -> Iterator[str]:
    held, due = read_rounds(path), round_rows(journal)
    for row, right in zip(held, due, strict=False):
        for difference in _first_difference(row, right):
            yield f"round {right['round']}: {difference}"
            return
    if len(held) != len(due):
        yield f"holds {len(held)} rounds, the journal {len(due)}"


def _first_difference(held: Mapping[str, Any], due: Mapping[str, Any]) -> Iterator[str]:
    for key in {**due, **held}:
        if _shown(held, key) != _shown(due, key):
            yield f"{key} is {_shown(held, key)}, by the journal {_shown(due, key)}"
            return


def _shown(values: Mapping[str, Any], key: str) -> str:
    return json.dumps(values[key]) if key in values else "absent"
