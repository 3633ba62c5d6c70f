"""The runs of a folder, such as a sweep's, that a figure should show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wfsim.figures._experiments import repetition_text
from wfsim.results.directory import COMPLETED, Run


def runs_in(folder: Path) -> tuple[list[Run], list[str]]:
    """Completed runs directly inside a folder in order of name, and a few words on each run that is left out.

    Of several runs of one scenario and seed, left by different versions of the code, the one started last stays.
    """
    runs = [Run(manifest.parent) for manifest in sorted(folder.glob("*/manifest.json"))]
    done = [run for run in runs if run.status == COMPLETED]
    kept = _newest(done)
    unfinished = [f"{run.path.name} ({run.status})" for run in runs if run.status != COMPLETED]
    return kept, unfinished + [
        f"{run.path.name} (older than another of its scenario and seed)" for run in done if run not in kept
    ]


def _newest(runs: Sequence[Run]) -> list[Run]:
    newest: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: str(run.manifest["started_at"])):
        newest[repetition_text(run)] = run
    return [run for run in runs if run in newest.values()]
