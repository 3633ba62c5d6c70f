"""`wfsim plan`: what a round takes, and the rank to train under a latency budget."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli._arguments import Overrides, ScenarioName
from wfsim.cli._output import AsJson, console, print_facts, print_json, print_table, say
from wfsim.cli._streams import expendable_output
from wfsim.errors import RunError, UsageError

if TYPE_CHECKING:
    from wfsim.planning.stage_one import Learned, RankPlan
    from wfsim.scenario.schema import Scenario

EXAMPLE = "wfsim plan quickstart --budget-s 4 --ranks 1,2,4,8 -o planned.yaml"

_HIGHEST_RANK = 256


def plan(
    scenario: ScenarioName,
    overrides: Overrides = None,
    ranks: Annotated[
        str | None, typer.Option("--ranks", metavar="R,R,...", help="ranks to compare (default: 1,2,4,8)")
    ] = None,
    budget_s: Annotated[
        float | None,
        typer.Option("--budget-s", help="mean seconds of a round (default: the controller's; without one no choice)"),
    ] = None,
    covariance: Annotated[
        float | None,
        typer.Option(
            "--covariance",
            help="assumed squared covariance norm over energy at the largest rank (default: 0; a pilot measures it)",
        ),
    ] = None,
    pilot: Annotated[
        int | None,
        typer.Option("--pilot", min=1, metavar="N", help="measure with N rounds of real training, a run in runs/"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="write the choice as a scenario")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a round takes: bytes, memory, operations, seconds. Under a latency budget choose the LoRA rank.

    The choice is TSFA's first stage: tail, dropped and covariance error. Without --pilot nothing is trained:
    learning.assumed_spectrum stands in, and the run is predicted by simulating its timing alone. Exit code 1 if no rank
    meets the budget.
    """
    from wfsim.cli._late import naming_file
    from wfsim.planning.choice import as_planned, check_target, write_choice
    from wfsim.planning.stage_one import has_budget
    from wfsim.scenario.load import load_scenario

    grid = _ranks(ranks or "1,2,4,8")
    if budget_s is not None and not 0.0 < budget_s < math.inf:
        raise UsageError(f"--budget-s {budget_s:g}: must be a number of seconds above 0")
    if covariance is not None and not 0.0 <= covariance < math.inf:
        raise UsageError(f"--covariance {covariance:g}: must be a number of at least 0")
    if pilot is not None and covariance is not None:
        raise UsageError("give --covariance or --pilot, which measures it")
    changes = overrides or []
    loaded = load_scenario(scenario, changes)
    if not has_budget(loaded, budget_s) and (ranks, covariance, pilot, output) == (None, None, None, None):
        with expendable_output(), naming_file(scenario):
            _report_cost(loaded, as_json=as_json)
        return
    if budget_s is not None and "latency_budget_s" in type(loaded.controller).model_fields:
        changes = [*changes, f"controller.latency_budget_s={budget_s}"]
        loaded = load_scenario(scenario, changes)
    if output is not None:
        check_target(scenario, output)
    with expendable_output(), naming_file(scenario):
        made = _plan(loaded, grid, budget_s, covariance or 0.0, pilot, as_json=as_json)
        if made.chosen is not None and output is not None:
            write_choice(scenario, changes, as_planned(loaded, made.chosen), output)
        _report(loaded, made, output, as_json=as_json)
    if made.chosen is None:
        raise RunError(_impossible(made))


def _ranks(text: str) -> list[int]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and 1 <= int(word) <= _HIGHEST_RANK for word in words):
        raise UsageError(f"--ranks {text}: give whole numbers from 1 to {_HIGHEST_RANK}, such as 1,2,4,8")
    return [int(word) for word in words]


def _plan(
    scenario: Scenario,
    ranks: list[int],
    budget_s: float | None,
    covariance: float,
    pilot_rounds: int | None,
    *,
    as_json: bool,
) -> RankPlan:
    from wfsim.planning.stage_one import assumed, budget_of, plan_ranks

    budget = budget_of(scenario, budget_s)
    if pilot_rounds is None:
        learned = assumed(scenario, ranks, covariance)
    else:
        learned = _measured(scenario, ranks, pilot_rounds, as_json=as_json)
    return plan_ranks(scenario, ranks, learned, budget)


def _measured(scenario: Scenario, ranks: list[int], rounds: int, *, as_json: bool) -> Learned:
    from wfsim.cli._simulating import simulating
    from wfsim.planning.pilot import pilot, pilot_scenario

    short = pilot_scenario(scenario, ranks, rounds)
    with simulating(short.stop, as_json=as_json) as sinks:
        return pilot(short, sinks=sinks)


def _report(scenario: Scenario, made: RankPlan, output: Path | None, *, as_json: bool) -> None:
    from wfsim.cli._plan_table import plan_facts, plan_header, plan_rows, predicted_rows

    facts = plan_facts(scenario, made) | {"written": str(output) if output and made.chosen else None}
    if as_json:
        print_json(facts)
        return
    out = console()
    say(out, f"{made.source}; latency budget {made.budget_s:g} s a round, at mean channel statistics")
    print_table(out, plan_header(), plan_rows(made), prose=False)
    if facts["note"]:
        say(out, facts["note"])
    _print_choice(facts, predicted_rows(facts))


def _report_cost(scenario: Scenario, *, as_json: bool) -> None:
    """Of the scenario as it is: no budget, no choice."""
    from wfsim.cli._plan_table import cost_facts, cost_rows, predicted, predicted_rows
    from wfsim.planning.round_cost import round_cost

    facts = cost_facts(round_cost(scenario)) | {"budget_s": None, "predicted": predicted(scenario)}
    if as_json:
        print_json(facts)
        return
    out = console()
    say(out, f"rank {facts['rank']}, one round at mean channel statistics; slowest device of the first cohort:")
    print_facts(out, cost_rows(facts))
    say(out, "the run as it is, its timing simulated and nothing trained:")
    print_facts(out, predicted_rows(facts))


def _print_choice(facts: dict[str, Any], predicted: Any) -> None:
    out = console()
    if facts["chosen"] is None:
        return
    say(out, f"learning.adapter.rank={facts['chosen']}; a run at that rank, its timing simulated and nothing trained:")
    print_facts(out, predicted)
    if facts["written"] is not None:
        say(out, facts["written"])


def _impossible(made: RankPlan) -> str:
    ranks = ", ".join(str(cost.rank) for cost in made.costs)
    if math.isinf(made.least_budget_s):
        return f"no rank of {ranks} meets any budget: some device's power never carries an upload"
    return (
        f"no rank of {ranks} meets {made.budget_s:g} s a round, even if as little as possible is sent; "
        f"the least budget that can be met is {math.ceil(1e3 * made.least_budget_s) / 1e3:g} s"
    )
