"""`wfsim run`: simulate a scenario into a run directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfsim.cli._arguments import Overrides, ScenarioName
from wfsim.cli._output import AsJson, console, say
from wfsim.cli._resources import CacheFolder, CacheLimit, Workers, resources
from wfsim.cli._simulating import report, simulating
from wfsim.cli._streams import expendable_output

if TYPE_CHECKING:
    from wfsim.scenario.schema import Scenario
    from wfsim.simulate import Resources

EXAMPLE = "wfsim run quickstart stop.rounds=3 radio.fading=none --out runs/try"


def run(
    scenario: ScenarioName,
    overrides: Overrides = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="run directory (default: runs/<name>-<id>)")] = None,
    force: Annotated[bool, typer.Option("--force", help="run afresh, replacing the run in that directory")] = False,
    cache: CacheFolder = None,
    cache_limit_gb: CacheLimit = 2.0,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a scenario into a run directory, going on where an earlier attempt stopped; print a summary."""
    from wfsim.cli._late import naming_file
    from wfsim.scenario.load import load_scenario

    loaded = load_scenario(scenario, overrides or ())
    with expendable_output(), naming_file(scenario) as file:
        if loaded.sweep is not None:
            cells = loaded.sweep.count()
            say(console(stderr=True), f"{file}: running the base scenario alone; wfsim sweep runs its {cells} cells")
        _simulate(loaded, out, resources(cache, cache_limit_gb, workers), force=force, as_json=as_json)


def _simulate(scenario: Scenario, out: Path | None, resources: Resources, *, force: bool, as_json: bool) -> None:
    from wfsim import simulate

    with simulating(scenario.stop, as_json=as_json) as sinks:
        done = simulate.run(scenario, out, sinks=sinks, force=force, resources=resources)
    report(done, finished_earlier=sinks[0].lines == 0, as_json=as_json)
