"""`wfsim run`: simulate a scenario into a run directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfsim.cli._arguments import Overrides, ScenarioName
from wfsim.cli._output import AsJson, console, print_facts, print_json, say
from wfsim.cli._streams import expendable_output

if TYPE_CHECKING:
    from wfsim.results.directory import Run
    from wfsim.scenario.schema import Scenario

EXAMPLE = "wfsim run quickstart stop.rounds=3 radio.fading=none --out runs/try"


def run(
    scenario: ScenarioName,
    overrides: Overrides = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="run directory (default: runs/<name>-<id>)")] = None,
    force: Annotated[bool, typer.Option("--force", help="run again, replacing the run in that directory")] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate a scenario; write a run directory; print a summary."""
    from wfsim.cli._late import naming_file
    from wfsim.scenario.load import load_scenario

    loaded = load_scenario(scenario, overrides or ())
    with expendable_output(), naming_file(scenario):
        _simulate(loaded, out, force=force, as_json=as_json)


def _simulate(scenario: Scenario, out: Path | None, *, force: bool, as_json: bool) -> None:
    from wfsim import simulate
    from wfsim.cli._progress import progress

    lines = 0

    def count(_: object) -> None:
        nonlocal lines
        lines += 1

    with progress(console(stderr=as_json), scenario.stop) as sink:
        done = simulate.run(scenario, out, sinks=[count, sink], force=force)
    _report(done, finished_earlier=lines == 0, as_json=as_json)


def _report(done: Run, *, finished_earlier: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "run": str(done.path),
                "run_id": done.manifest["run_id"],
                "status": done.status,
                "finished_earlier": finished_earlier,
                "summary": done.summary,
            }
        )
    else:
        _print_summary(done, finished_earlier)


def _print_summary(done: Run, finished_earlier: bool) -> None:
    from wfsim.cli import _summary

    out = console()
    print_facts(out, _summary.rows(done.summary))
    for sentence in _summary.sentences(done.summary):
        say(out, sentence)
    say(out, f"{done.path}" + (": finished earlier; --force runs it again" if finished_earlier else ""))
