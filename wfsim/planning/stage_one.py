"""TSFA's first stage: the rank of the least Phi under a latency budget, at mean channel statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wfsim.errors import UsageError
from wfsim.planning import phi
from wfsim.planning.energies import Energies, assumed_energies
from wfsim.planning.mean_round import MeanRound, at_rank, mean_round
from wfsim.planning.phi import RankCost
from wfsim.scenario.schema import Scenario


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """What is known or assumed of learning: shares of the energy by mode [modes], falling, and the squared covariance
    norm over the energy at the grid's largest rank. `source` says where it comes from."""

    energies: Energies
    covariance: float
    source: str


@dataclass(frozen=True, kw_only=True)
class RankPlan:
    """The table, the chosen line of it (None where no rank meets the budget), and the least budget that some rank can
    meet."""

    budget_s: float
    source: str
    costs: tuple[RankCost, ...]
    chosen: RankCost | None
    least_budget_s: float


def assumed(scenario: Scenario, ranks: Sequence[int], covariance: float = 0.0) -> Learned:
    """The power law of `learning.assumed_spectrum` over all modes of every matrix, and an assumed covariance."""
    shapes = mean_round(at_rank(scenario, min(ranks))).workload.shapes
    exponent = scenario.learning.assumed_spectrum.exponent
    source = f"assumed: energy of mode i ~ i^-{exponent:g}, covariance {covariance:g} at rank {max(ranks)}"
    return Learned(energies=assumed_energies(exponent, shapes.pairs), covariance=covariance, source=source)


def plan_ranks(scenario: Scenario, ranks: Sequence[int], learned: Learned, budget_s: float) -> RankPlan:
    """Phi of every rank when a round at mean channel statistics may take `budget_s`."""
    grid = sorted(set(ranks))
    rounds = [mean_round(at_rank(scenario, rank)) for rank in grid]
    costs = tuple(_cost(each, learned, budget_s, grid[-1]) for each in rounds)
    return RankPlan(
        budget_s=budget_s,
        source=learned.source,
        costs=costs,
        chosen=phi.best(costs),
        least_budget_s=min(each.round_s(each.keeps[0]) for each in rounds),
    )


def has_budget(scenario: Scenario, given: float | None = None) -> bool:
    """Whether a latency budget is given or the scenario's controller has one."""
    return given is not None or getattr(scenario.controller, "latency_budget_s", None) is not None


def budget_of(scenario: Scenario, given: float | None = None) -> float:
    """The latency budget that is given, else that of the scenario's controller, in seconds a round.

    Raises UsageError where there is none, no round whose duration could keep one, or no rank to choose.
    """
    if scenario.learning.adapter.method != "lora":
        method = scenario.learning.adapter.method
        raise UsageError(f"learning.adapter.method {method} has no rank to choose: leave out --budget-s and --ranks")
    if scenario.protocol.continuous:
        kind = scenario.protocol.kind
        raise UsageError(f"protocol {kind} has no rounds that everybody waits for, so no duration to plan for")
    budget = given if given is not None else getattr(scenario.controller, "latency_budget_s", None)
    if budget is None:
        raise UsageError(f"controller {scenario.controller.kind} has no latency_budget_s: give --budget-s")
    return float(budget)


def _cost(each: MeanRound, learned: Learned, budget_s: float, largest: int) -> RankCost:
    """With as many ranks kept as the budget allows."""
    shapes, energies = each.workload.shapes, learned.energies
    kept = next((keep for keep in reversed(each.keeps) if each.round_s(keep) <= budget_s), None)
    sent = each.keeps[0] if kept is None else kept
    exact = shapes.factors in ("b", "alternate")
    return RankCost(
        rank=shapes.rank,
        upload_bits=each.upload_bits(sent),
        round_s=each.round_s(sent),
        kept=kept,
        tail=phi.tail(energies, shapes.rank),
        dropped=None if kept is None else phi.dropped(energies, shapes.rank, kept),
        covariance=0.0 if exact else phi.covariance(learned.covariance, shapes.rank, largest),
    )
