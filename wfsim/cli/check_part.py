"""`wfsim check-part`: does a part of your own keep the contract of its slot?"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli._output import AsJson, console, print_json, print_table, say
from wfsim.cli._parts import part_file

if TYPE_CHECKING:
    from wfsim.contracts import Check
    from wfsim.part import Part
    from wfsim.scenario.parts import PartFile

EXAMPLE = "wfsim check-part nakagami.py"

_HEADER = ("part", "check", "result", "reason")


def check_part(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="a Python file that defines kinds")],
    as_json: AsJson = False,
) -> None:
    """Hold every kind that a file defines to the contract of its slot, as wfsim holds its own.

    Exit code 1 if a check fails.
    """
    from wfsim.scenario.parts import kinds_of, parts_loaded

    file = part_file(path, "wfsim check-part")
    with parts_loaded([file]):
        kinds = kinds_of(file)
        rows = [row for kind in kinds for row in _rows(kind, file)]
    if as_json:
        print_json(rows)
    else:
        _print(rows, kinds)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


def _rows(kind: type[Part], file: PartFile) -> Iterator[dict[str, Any]]:
    from wfsim.contracts import checks, example, title

    name = f"{kind.slot} {kind.kind}"
    try:
        part = example(kind)
    except Exception as error:  # it is somebody's own file: its validators may raise anything
        yield {"part": name, "check": "can be made from its examples", "ok": False, "reason": _told(error, file)}
        return
    for check in checks(kind.slot):
        reason = _reason(check, part, file)
        yield {"part": name, "check": title(check), "ok": reason is None, "reason": reason}


def _reason(check: Check, part: Part, file: PartFile) -> str | None:
    """Why a check fails, None where it does not."""
    try:
        check(part)
    except Exception as error:  # whatever a part raises is a check that failed
        return _told(error, file)
    return None


def _told(error: Exception, file: PartFile) -> str:
    """A check's own sentence; of anything else its name and, where it came through the file, the line there."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(file.path)]
    where = f" on line {lines[-1]} of {file.name}" if lines else ""
    kind = "" if type(error) is AssertionError and not lines else f"{type(error).__name__}{where}: "
    return " ".join(f"{kind}{error}".split())


def _print(rows: list[dict[str, Any]], kinds: list[type[Part]]) -> None:
    from wfsim.contracts import own_checks

    shown = ((row["part"], row["check"], "ok" if row["ok"] else "FAILED", row["reason"] or "") for row in rows)
    print_table(console(), _HEADER, shown)
    for slot in sorted({kind.slot for kind in kinds if not own_checks(kind.slot)}):
        say(console(), f"The slot {slot} has no checks of its own: only those of any part were run.")
    failed = sum(not row["ok"] for row in rows)
    say(console(), f"{len(rows) - failed} of {len(rows)} checks hold")
