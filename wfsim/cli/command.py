"""`wfsim command`: how to repeat a run."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli._output import AsJson, print_json
from wfsim.errors import WfsimError

if TYPE_CHECKING:
    from wfsim.results.directory import Run

EXAMPLE = "wfsim command runs/try"


def command(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="RUN", help="a run directory")],
    as_json: AsJson = False,
) -> None:
    """Print the shell command that repeats a run: as it was typed, or from the scenario that the run holds.

    The latter where nothing was typed (a run from Python, a cell of a sweep), or where what was typed means another run
    by now, because a scenario file has changed or is gone.
    """
    from wfsim.results.directory import Run

    run = Run(path)
    held = str(run.path.resolve() / "scenario.yaml")
    words = _as_typed(context, run, held) or ["wfsim", "run", held]
    if as_json:
        print_json({"run": str(path), "command": shlex.join(words), "typed": run.manifest.get("command")})
    else:
        print(shlex.join(words))


def _as_typed(context: typer.Context, run: Run, held: str) -> list[str] | None:
    """`wfsim run SCENARIO KEY=VALUE... --out DIR` with a file's full path, if it still means the same run."""
    given = _parsed(context, run.manifest.get("command") or ())
    scenario = _found(given["scenario"], Path(run.manifest["working_directory"])) if given else None
    overrides = given.get("overrides") or []
    if scenario is None or not _same_run(scenario, overrides, held):
        return None
    return ["wfsim", "run", scenario, *overrides, *(["--out", str(given["out"])] if given["out"] else [])]


def _parsed(context: typer.Context, typed: Sequence[str]) -> dict[str, Any]:
    """The arguments of a typed `wfsim run`; empty for another command."""
    words = list(dropwhile(lambda word: word.startswith("-"), typed[1:]))
    if words[:1] != ["run"]:
        return {}
    run = context.find_root().command.get_command(context, "run")
    return run.make_context("run", words[1:], parent=context.find_root()).params


def _found(scenario: str, folder: Path) -> str | None:
    """A packaged name as it is, a file by its full path, None for what is gone."""
    from wfsim.scenario.find import find_scenario, packaged_folder

    file = find_scenario(scenario, folder)
    return scenario if file is not None and file.parent == packaged_folder() else file and str(file)


def _same_run(scenario: str, overrides: Sequence[str], held: str) -> bool:
    from wfsim.scenario.identity import run_id
    from wfsim.scenario.load import load_scenario

    wanted = run_id(load_scenario(held))
    try:
        return run_id(load_scenario(scenario, overrides)) == wanted
    except WfsimError:
        return False
