"""What `wfsim plan` shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from wfsim.cli._quantities import number, quantity
from wfsim.compress import Codec
from wfsim.compress.dense import Dense
from wfsim.planning.choice import as_planned
from wfsim.planning.mean_round import is_free
from wfsim.planning.phi import RankCost
from wfsim.planning.round_cost import RoundCost
from wfsim.planning.stage_one import RankPlan
from wfsim.scenario.schema import Scenario
from wfsim.sweeps.predict import predict
from wfsim.units import BITS_PER_BYTE

Facts = dict[str, Any]


def plan_facts(scenario: Scenario, made: RankPlan) -> Facts:
    """The table, the choice, and what a run at the chosen rank is predicted to take (null where none is chosen)."""
    chosen = None if made.chosen is None else made.chosen.rank
    return {
        "budget_s": made.budget_s,
        "source": made.source,
        "note": plan_note(scenario.codec),
        "ranks": [_row(cost, chosen) for cost in made.costs],
        "chosen": chosen,
        "least_budget_s": _finite(made.least_budget_s),
        "predicted": None if made.chosen is None else predicted(as_planned(scenario, made.chosen)),
    }


def cost_facts(cost: RoundCost) -> Facts:
    """A round's cost as JSON has it; seconds that never end are null."""
    facts = {name: _finite(value) if name.endswith("_s") else value for name, value in vars(cost).items()}
    return {**facts, "memory": {**vars(cost.memory), "total_bytes": cost.memory.total_bytes}}


def cost_rows(facts: Facts) -> Iterator[tuple[str, str]]:
    """A round's cost with labels and units."""
    yield "adapter", f"{facts['adapter_entries']} entries"
    yield "", ", ".join(f"{quantity(size, 'byte')} as {form}" for form, size in facts["dense_bytes"].items())
    yield "upload, headers included", quantity(facts["upload_bytes"], "byte")
    memory = dict(facts["memory"])
    yield "memory of training", f"{quantity(memory.pop('total_bytes'), 'byte')}, estimated from shapes"
    parts = (f"{name.removesuffix('_bytes')} {quantity(size, 'byte')}" for name, size in memory.items())
    yield "", ", ".join(parts)
    yield "operations of a local step", quantity(facts["flops_per_step"], "FLOP")
    yield "download", _seconds(facts["download_s"])
    yield "local training", f"{_seconds(facts['compute_s'])}, {facts['steps']} steps"
    yield "uploads of the cohort", _seconds(facts["upload_s"])
    yield "round", _seconds(facts["round_s"])


def plan_note(codec: Codec) -> str:
    """What the table leaves out, empty where it leaves out nothing."""
    sent = getattr(codec, "inner", codec)
    if is_free(codec) or isinstance(sent, Dense):
        return ""
    return f"codec {codec.kind} sets itself how much is sent: what it leaves out is not in the table"


def plan_header() -> tuple[str, ...]:
    """Titles of the table's columns."""
    return ("rank", "upload kB", "kept", "round s", "tail", "dropped", "covariance", "Phi", "")


def plan_rows(made: RankPlan) -> Iterator[tuple[str, ...]]:
    """The table's lines; errors are shares of the full-rank energy."""
    for cost in made.costs:
        yield (
            str(cost.rank),
            number(cost.upload_bits / BITS_PER_BYTE / 1e3),
            "none" if cost.kept is None else str(cost.kept),
            number(cost.round_s) if math.isfinite(cost.round_s) else "never",
            *(_share(value) for value in (cost.tail, cost.dropped, cost.covariance, cost.phi)),
            "chosen" if cost is made.chosen else "",
        )


def predicted_rows(facts: Facts) -> Iterator[tuple[str, str]]:
    """The prediction with labels and units."""
    known = facts["predicted"]
    if known is None:
        return
    yield "rounds", str(known["rounds"])
    budget = "" if facts["budget_s"] is None else f", budget {number(facts['budget_s'])} s"
    yield "mean round", f"{number(known['mean_round_s'])} s{budget}"
    yield "simulated time", f"{number(known['simulated_s'])} s"
    yield "uplink, headers included", quantity(known["uplink_bytes"], "byte")
    yield "downlink, headers included", quantity(known["downlink_bytes"], "byte")
    yield "energy of the devices", quantity(known["energy_j"], "J")
    if known["fails"]:
        yield "cannot go on", known["fails"]


def _row(cost: RankCost, chosen: int | None) -> Facts:
    return {
        "rank": cost.rank,
        "upload_bytes": round(cost.upload_bits / BITS_PER_BYTE),
        "kept": cost.kept,
        "round_s": _finite(cost.round_s),
        "tail": cost.tail,
        "dropped": cost.dropped,
        "covariance": cost.covariance,
        "phi": cost.phi,
        "chosen": cost.rank == chosen,
    }


def predicted(scenario: Scenario) -> Facts:
    """What a run of the scenario takes, its timing simulated."""
    found = predict(scenario)
    return {
        "rounds": found.rounds,
        "mean_round_s": found.simulated_s / max(found.rounds, 1),
        "simulated_s": found.simulated_s,
        "uplink_bytes": round(found.uplink_bits / BITS_PER_BYTE),
        "downlink_bytes": round(found.downlink_bits / BITS_PER_BYTE),
        "energy_j": found.energy_j,
        "fails": found.fails,
    }


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{number(value)} s"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _finite(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None
