"""Run directories by path or pattern."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from wfsim.errors import UsageError
from wfsim.results.directory import Run

Where = str | Path | Run

_MANIFEST = "manifest.json"


def find_runs(where: Where | Iterable[Where]) -> list[Run]:
    """The runs at a path, a glob (`runs/bw-*`, `**` for any depth) or several of them, each run once, in path order.

    A folder that is no run stands for all runs below it. Raises UsageError for a path or glob without a run.
    """
    several = [where] if isinstance(where, str | Path | Run) else where
    found: dict[Path, Run] = {}
    for each in several:
        for run in _runs_at(each):
            found.setdefault(run.path.resolve(), run)
    if not found:
        raise UsageError("no run was named")
    return list(found.values())


def _runs_at(where: Where) -> list[Run]:
    if isinstance(where, Run):
        return [where]
    paths = [Path(where)] if Path(where).exists() else sorted(map(Path, glob.glob(str(where), recursive=True)))
    runs = [Run(path) for matched in paths for path in _directories(matched)]
    if not runs:
        raise UsageError(f"{where}: no run directory there")
    return runs


def _directories(path: Path) -> Iterator[Path]:
    if (path / _MANIFEST).is_file():
        yield path
    elif path.is_dir():
        yield from sorted(manifest.parent for manifest in path.rglob(_MANIFEST))
