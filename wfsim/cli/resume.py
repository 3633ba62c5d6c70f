"""`wfsim resume`: go on with a run that was interrupted or killed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wfsim.cli._output import AsJson
from wfsim.cli._resources import CacheFolder, CacheLimit, Workers, resources
from wfsim.cli._simulating import report, simulating
from wfsim.cli._streams import expendable_output

EXAMPLE = "wfsim resume runs/try"


def resume(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="run directory")],
    cache: CacheFolder = None,
    cache_limit_gb: CacheLimit = 2.0,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Go on with an unfinished run; the result is byte for byte that of an uninterrupted one."""
    from wfsim import simulate

    scenario = simulate.resumable(run)
    with expendable_output(), simulating(scenario.stop, as_json=as_json) as sinks:
        done = simulate.run(scenario, run, sinks=sinks, resources=resources(cache, cache_limit_gb, workers))
    report(done, finished_earlier=sinks[0].lines == 0, as_json=as_json)
