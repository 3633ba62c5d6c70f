"""`wfsim compare`: two experiments over the same seeds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli._output import AsJson, console, print_json, print_table, say
from wfsim.cli._quantities import number, percent
from wfsim.cli._study import Format, show
from wfsim.errors import UsageError

if TYPE_CHECKING:
    from wfsim.results.compare import Comparison, Difference
    from wfsim.results.directory import Run

EXAMPLE = "wfsim compare runs/bandwidth runs/bandwidth --a radio.bandwidth_hz=5e5 --b radio.bandwidth_hz=2e6"

_HEADER = ("metric", "A", "B", "B - A", "interval", "pairs")

OnlyA, OnlyB = (
    Annotated[
        list[str] | None,
        typer.Option(f"--{side}", metavar="KEY=VALUE", help=f"of {side.upper()} only runs with this value; repeatable"),
    ]
    for side in ("a", "b")
)


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="a run directory, a folder of runs or a quoted glob of seeds")],
    b: Annotated[
        str | None, typer.Argument(metavar="[B]", help="the same for the other experiment; not with --baseline")
    ] = None,
    only_a: OnlyA = None,
    only_b: OnlyB = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="NAME", help="compare every experiment in A with the one of this name"),
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="a column of the table under --baseline; repeatable"),
    ] = None,
    how: Annotated[Format, typer.Option("--format", help="how the table under --baseline is printed")] = Format.text,
    target: Annotated[
        float | None, typer.Option("--target", help="also the costs of this accuracy (0..1), such as 0.85")
    ] = None,
    level: Annotated[
        float, typer.Option("--level", min=0.5, max=0.999, help="confidence of the intervals (0..1)")
    ] = 0.95,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="bootstrap intervals instead of Student's t")] = False,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="take runs that are not completed too")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare two experiments in pairs of runs with the same seed, which share their random numbers.

    Two cells of one sweep: name its folder twice and tell them apart with --a and --b. All of a sweep against one of
    its experiments: name the folder once, and the experiment after --baseline as KEY=VALUE, or by its scenario's name.
    """
    from wfsim.results.choose import choose
    from wfsim.results.compare import compare as compare_runs
    from wfsim.results.find import find_runs

    _check_use(b, baseline, only_b, metrics, how)
    runs_a = choose(find_runs(a), _settings(only_a))
    options: dict[str, Any] = {"target": target, "level": level, "method": "bootstrap" if bootstrap else "t"}
    options["unfinished"] = unfinished
    if b is None:
        _study(runs_a, str(baseline), options, Format.json if as_json else how, metrics or ())
        return
    found = compare_runs(runs_a, choose(find_runs(b), _settings(only_b)), **options)
    if as_json:
        print_json({"a": a, "b": b} | asdict(found))
    else:
        _print(found, level)


def _check_use(
    b: str | None, baseline: str | None, only_b: list[str] | None, metrics: list[str] | None, how: Format
) -> None:
    if (b is None) == (baseline is None):
        raise UsageError("compare A with B, or name A alone and one of its experiments after --baseline")
    if b is None and only_b:
        raise UsageError("--b has no meaning under --baseline; --a chooses among the runs")
    if b is not None and (metrics or how is not Format.text):
        raise UsageError("--metric and --format are of the table under --baseline")


def _study(runs: Sequence[Run], baseline: str, options: dict[str, Any], how: Format, metrics: Sequence[str]) -> None:
    from wfsim.results.choose import choose
    from wfsim.results.study import study

    chosen = choose(runs, _settings([baseline])) if "=" in baseline and ": " not in baseline else baseline
    show(study(runs, chosen, **options), how, metrics, options["level"])


def _settings(texts: list[str] | None) -> list[tuple[str, Any]]:
    from wfsim.scenario.overrides import alternatives

    return [(key, values.plain()) for key, values in alternatives(texts or ())]


def _print(found: Comparison, level: float) -> None:
    out = console()
    for sentence in _differing(found):
        say(out, sentence)
    print_table(out, _HEADER, [_cells(each) for each in found.metrics], prose=False)
    for sentence in _notes(found, level):
        say(out, sentence)


def _differing(found: Comparison) -> Iterator[str]:
    if not found.differing:
        yield "The scenarios do not differ."
    for key, (a, b) in found.differing.items():
        yield f"{key}: A {_value(a)}, B {_value(b)}"


def _value(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value)


def _cells(each: Difference) -> Sequence[str]:
    interval = each.difference
    spread = "-" if interval.low is None else f"{number(interval.low)} to {number(interval.high)}"
    return each.metric, number(each.mean_a), number(each.mean_b), number(interval.mean), spread, str(interval.n)


def _notes(found: Comparison, level: float) -> Iterator[str]:
    yield f"{percent(level)} intervals of the mean difference; seeds that pair: {_listed(found.seeds)}."
    if len(found.seeds) == 1:
        yield "One pair has no interval: run more seeds."
    for side, other, seeds in (("A", "B", found.only_a), ("B", "A", found.only_b)):
        if seeds:
            yield f"Seeds of {side} without a run in {other}, left out: {_listed(seeds)}."
    if found.other_links:
        yield (
            f"Not common random numbers: devices are placed or shadowed differently in A and B for seeds "
            f"{_listed(found.other_links)}, so pairing does not cancel the luck of the links."
        )
    if found.reached is not None:
        pairs, (a, b) = len(found.seeds), found.reached
        yield f"{found.target:g} is reached by {a} of {pairs} runs of A and {b} of B; costs are of pairs where both do."
    for path in found.unfinished:
        yield f"{path} is not completed: its numbers are those so far."


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))
