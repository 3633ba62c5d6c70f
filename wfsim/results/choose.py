"""Of many runs those whose scenario holds given values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from wfsim.errors import UsageError, nearest
from wfsim.results.directory import Run
from wfsim.results.facts import Facts, facts


def choose(runs: Sequence[Run], settings: Iterable[tuple[str, Sequence[Any]]]) -> list[Run]:
    """The runs whose scenario has, for each dotted key, one of the values that stand beside it.

    A part is found by its kind alone or by some of its fields. Raises UsageError for a key that no run has, and where
    no run is left.
    """
    left = [(run, facts(run)) for run in runs]
    for key, wanted in settings:
        path = key.replace("[", ".").replace("]", "")
        _check_key(key, path, [table for _, table in left])
        left = [(run, table) for run, table in left if any(_holds(table, path, value) for value in wanted)]
        if not left:
            raise UsageError(f"no run is left with {key} = {' or '.join(map(json.dumps, wanted))}")
    return [run for run, _ in left]


def _check_key(key: str, path: str, tables: Sequence[Facts]) -> None:
    known = {name for table in tables for name in table}
    if not any(name == path or name.startswith(f"{path}.") for name in known):
        raise UsageError(f"{key}: no run has this key{nearest(path, known)}")


def _holds(table: Facts, path: str, wanted: Any) -> bool:
    inside = dict(enumerate(wanted)) if isinstance(wanted, list) else wanted
    if isinstance(inside, dict) and inside:
        return all(_holds(table, f"{path}.{name}", value) for name, value in inside.items())
    return any(name in table and table[name] == wanted for name in (path, f"{path}.kind"))
