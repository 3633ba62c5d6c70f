"""The runs of a folder, such as a sweep's, that a figure should show."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from wfsim.results.directory import COMPLETED, Run
from wfsim.results.experiments import repetition_text


def runs_in(folder: Path) -> tuple[list[Run], list[str]]:
    """Completed runs directly inside a folder, and a few words on each run that is left out.

    They are in the order of the folder's `sweep.csv`, else of name. Of several runs of one scenario and seed, left by
    different versions of the code, the one started last stays.
    """
    runs = [Run(manifest.parent) for manifest in _ordered(folder)]
    done = [run for run in runs if run.status == COMPLETED]
    kept = _newest(done)
    unfinished = [f"{run.path.name} ({run.status})" for run in runs if run.status != COMPLETED]
    return kept, unfinished + [
        f"{run.path.name} (older than another of its scenario and seed)" for run in done if run not in kept
    ]


def _ordered(folder: Path) -> list[Path]:
    """Manifests; what `sweep.csv` does not list comes last."""
    table = folder / "sweep.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines()) if table.is_file() else ()
    place = {row.get("run"): number for number, row in enumerate(rows)}
    return sorted(folder.glob("*/manifest.json"), key=lambda path: (place.get(path.parent.name, len(place)), path))


def _newest(runs: Sequence[Run]) -> list[Run]:
    newest: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: str(run.manifest["started_at"])):
        newest[repetition_text(run)] = run
    return [run for run in runs if run in newest.values()]
