"""`wfsim sweep`: every cell of a batch experiment into a run directory of its own; invoked again, what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli import _completion
from wfsim.cli._arguments import ScenarioName
from wfsim.cli._output import AsJson, console, print_facts, print_json, say
from wfsim.cli._resources import CacheLimit, resources
from wfsim.cli._streams import expendable_output
from wfsim.cli.exit_codes import SOME_FAILED

if TYPE_CHECKING:
    from wfsim.sweeps.sweep import SweepResult

EXAMPLE = "wfsim sweep quickstart radio.bandwidth_hz=5e5,1e6,2e6 seed=1,2,3 -j 2 --out runs/bandwidth"

Axes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY=VALUE[,VALUE...]",
        help="axes such as seed=1,2,3, and changes to every cell",
        autocompletion=_completion.overrides,
    ),
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="processes (default: one per core, at most 8)")]


def sweep(
    scenario: ScenarioName,
    overrides: Axes = None,
    jobs: Jobs = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="folder of the runs (default: runs/<name>)")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="run nothing; say what there is to do")] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--fail-fast", help="after a failed run: go on with the others, or stop all")
    ] = True,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="folder of shared training (default: OUT/.cache)")
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="share no training between runs")] = False,
    cache_limit_gb: CacheLimit = 2.0,
    as_json: AsJson = False,
) -> None:
    """Run every cell of a scenario's sweep block and of axes given here; write sweep.csv.

    Complete runs are not run again and unfinished ones go on, so the same command continues at any moment. Exit code 4
    if any run failed. The cache of training stays for the next sweep into OUT; it may be deleted at any time.
    """
    from wfsim.cli._late import naming_file

    with expendable_output(), naming_file(scenario):
        if dry_run:
            _predict(scenario, overrides or (), out, jobs, as_json=as_json)
            return
        shared = resources(cache, cache_limit_gb)
        options = {"workers": jobs, "keep_going": keep_going, "cache": False if no_cache else shared.cache or True}
        done = _run(scenario, overrides or (), out, as_json, cache_limit_bytes=shared.cache_limit_bytes, **options)
        _report(done, as_json=as_json)
    if any(row["status"] == "failed" for row in done.rows):
        raise typer.Exit(SOME_FAILED)


def _run(scenario: str, overrides: Any, out: Path | None, as_json: bool, **options: Any) -> SweepResult:
    from wfsim.cli._sweep_progress import watching
    from wfsim.sweeps.sweep import sweep as run_all

    with watching(console(stderr=as_json)) as watcher:
        return run_all(scenario, overrides, out, watcher=watcher, **options)


def _predict(scenario: str, overrides: Any, out: Path | None, jobs: int | None, *, as_json: bool) -> None:
    from wfsim.cli._sweep_dry import dry_facts, dry_notes, dry_rows
    from wfsim.scenario.cells import load_batch
    from wfsim.sweeps.plan import check, make_plan

    plan = make_plan(load_batch(scenario, overrides), out)
    missing = plan.missing()
    check(plan, missing)
    facts = dry_facts(plan, missing, jobs)
    if as_json:
        print_json(facts)
        return
    print_facts(console(), dry_rows(facts))
    for note in dry_notes(facts):
        say(console(), note)


def _report(done: SweepResult, *, as_json: bool) -> None:
    if as_json:
        print_json({"sweep": str(done.path), "cells": done.rows, "causes": done.causes, "work": done.work})
        return
    out, states = console(), [row["status"] for row in done.rows]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    say(out, f"cells: {counts}")
    if any(done.work.values()):
        say(out, _trained(done.work))
    say(out, str(done.path / "sweep.csv"))


def _trained(work: dict[str, int]) -> str:
    return f"training: {work['chunks_computed']} chunks computed, {work['chunks_from_cache']} found in the cache"
