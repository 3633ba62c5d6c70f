"""`wfsim verify`: does a run's journal keep its promises, and do the tables say what it gives?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli._output import AsJson, console, print_json, say

if TYPE_CHECKING:
    from wfsim.results.directory import Run

EXAMPLE = "wfsim verify runs/try"

Line = dict[str, Any]


def verify(
    path: Annotated[Path, typer.Argument(metavar="RUN", help="a run directory")], as_json: AsJson = False
) -> None:
    """Check a run's journal: hash chain, digest, bits conserved, clock, energy; and the tables folded from it.

    Exit code 1 if anything is broken.
    """
    from wfsim.results.directory import Run

    run = Run(path)
    lines, faults = _read(run)
    faults = faults or _faults(run, lines)
    report = {"run": str(path), "status": run.status, "records": len(lines), "digest": _digest(lines), "faults": faults}
    if as_json:
        print_json(report)
    else:
        _print(report)
    if faults:
        raise typer.Exit(1)


def _faults(run: Run, lines: list[Line]) -> list[str]:
    from wfsim.cli._derived import differences
    from wfsim.results.directory import COMPLETED
    from wfsim.results.verify import verify as broken_invariants

    if not lines:
        return ["the journal holds no record"]
    finished = run.status == COMPLETED
    faults = [*broken_invariants(lines, finished=finished), *_wrong_digest(run, lines)]
    return [*differences(run, lines)] if finished and not faults else faults


def _read(run: Run) -> tuple[list[Line], list[str]]:
    """The records up to the first line that is none, and what is wrong with that line."""
    lines: list[Line] = []
    try:
        lines.extend(run.journal())
    except ValueError as error:
        cut = not (run.path / "journal.jsonl").read_bytes().endswith(b"\n")
        return lines, [f"{error}{' (the last line is cut: the run was killed while it wrote)' if cut else ''}"]
    return lines, []


def _wrong_digest(run: Run, lines: list[Line]) -> Iterator[str]:
    claimed = run.manifest.get("digest")  # a killed run has none
    if claimed not in (None, _digest(lines)):
        yield f"the manifest's digest is {claimed}, the journal ends with {_digest(lines)}"


def _digest(lines: list[Line]) -> str | None:
    return lines[-1]["hash"] if lines else None


def _print(report: dict[str, Any]) -> None:
    for fault in report["faults"]:
        say(console(), fault)
    if not report["faults"]:
        unfinished = "" if report["status"] == "completed" else f" (unfinished: {report['status']})"
        say(console(), f"ok: {report['records']} records, digest {report['digest']}{unfinished}")
