"""Many runs as one pandas table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from wfsim.results import metrics
from wfsim.results.directory import Run
from wfsim.results.facts import Facts, differing, facts
from wfsim.results.find import Where, find_runs
from wfsim.results.rounds import COLUMNS

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]

_IDENTITY = ("path", "name", "status", "run_id", "seed")


def open_runs(
    where: Where | Iterable[Where],
    *,
    rounds: bool = False,
    all_keys: bool = False,
    targets: Sequence[float] = (0.8, 0.9),
    journals: bool = False,
) -> DataFrame:
    """One row per run at a path, a glob, or several of them (a folder stands for the runs below it).

    Columns: path, name, status, run_id, seed; the scenario keys that differ between the runs, dotted (`all_keys`: every
    key); the numbers of `summary.json`; for each target accuracy `time_to_0.8_s`, `bits_to_0.8`, `uplink_bits_to_0.8`
    and `energy_to_0.8_j`; with `journals` (read whole, so slower) `jain_participation`, `mean_staleness` and
    `max_staleness`. With `rounds` one row per round instead: the columns of `rounds.csv` after the keys. What was not
    reached or measured is NaN; unfinished runs are there with their status. Raises UsageError where no run is found and
    for a target outside (0, 1].
    """
    runs = find_runs(where)
    tables = [facts(run) for run in runs]
    keys = _keys(tables, all_keys=all_keys)
    heads = [_head(run, table, keys) for run, table in zip(runs, tables, strict=True)]
    if rounds:
        rows = [head | row for run, head in zip(runs, heads, strict=True) for row in run.rounds]
        return _frame(rows, [*_IDENTITY, *keys], COLUMNS)
    numbers = [_numbers(run, targets, journals=journals) for run in runs]
    columns = list(dict.fromkeys(name for row in numbers for name in row))
    return _frame([head | row for head, row in zip(heads, numbers, strict=True)], [*_IDENTITY, *keys], columns)


def _keys(tables: Sequence[Facts], *, all_keys: bool) -> list[str]:
    keys = dict.fromkeys(key for table in tables for key in table) if all_keys else differing(tables)
    return [key for key in keys if key not in _IDENTITY]


def _head(run: Run, table: Facts, keys: Sequence[str]) -> Row:
    manifest = run.manifest
    head = {"path": str(run.path), "name": manifest["name"], "status": manifest["status"], "run_id": manifest["run_id"]}
    return head | {key: table.get(key) for key in ("seed", *keys)}


def _numbers(run: Run, targets: Sequence[float], *, journals: bool) -> Row:
    rows = run.rounds
    numbers = dict(run.summary)
    for target in targets:
        numbers |= metrics.costs_to_target(rows, target)
    return numbers | (_of_journal(run) if journals else {})


def _of_journal(run: Run) -> Row:
    lines = list(run.whole_lines())
    age = metrics.staleness(lines)
    return {
        "jain_participation": metrics.jain(list(metrics.participation(lines).values())),
        "mean_staleness": age.mean,
        "max_staleness": age.max,
    }


def _frame(rows: Sequence[Row], keys: Sequence[str], numbers: Sequence[str]) -> DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=[*keys, *numbers])
    single = [name for name in numbers if not any(isinstance(row.get(name), list) for row in rows)]
    frame[single] = frame[single].apply(pd.to_numeric)  # a column of nothing but None becomes NaN
    return frame
