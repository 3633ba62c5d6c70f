"""`wfsim sweep --dry-run`: what there is to do and what it would take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from wfsim.cli._quantities import number, quantity
from wfsim.sweeps.plan import Plan, Task
from wfsim.sweeps.predict import Pace, Prediction, measure_pace, predict, wall_s
from wfsim.sweeps.sweep import crew_size
from wfsim.units import BITS_PER_BYTE

Facts = dict[str, Any]


def dry_facts(plan: Plan, missing: list[Task], workers: int | None) -> Facts:
    """Counts, the prediction for every missing run, their sums, and the estimated wall time."""
    size = crew_size(workers, len(missing))
    predictions = [predict(task.cell.scenario) for task in missing]
    trained = next((task.cell.scenario for task in missing if task.cell.scenario.learning.kind != "none"), None)
    pace = measure_pace(trained) if trained is not None else Pace()
    return {
        "sweep": str(plan.folder),
        "cells": len(plan.names),
        "runs": len(plan.tasks),
        "complete": len(plan.tasks) - len(missing),
        "processes": size,
        "simulated_s": sum(each.simulated_s for each in predictions),
        "uplink_bytes": _bytes(sum(each.uplink_bits for each in predictions)),
        "downlink_bytes": _bytes(sum(each.downlink_bits for each in predictions)),
        "energy_j": sum(each.energy_j for each in predictions),
        "estimated_wall_s": wall_s(missing, predictions, pace, size),
        "may_end_sooner": sum(task.cell.scenario.stop.target_accuracy is not None for task in missing),
        "missing": [_row(task, each) for task, each in zip(missing, predictions, strict=True)],
    }


def dry_rows(facts: Facts) -> Iterator[tuple[str, str]]:
    """The facts with labels and units."""
    yield "cells", str(facts["cells"])
    yield "runs", f"{facts['runs']}, {facts['complete']} of them complete"
    yield "simulated time of what is missing", f"{number(facts['simulated_s'])} s"
    yield "uplink, headers included", quantity(facts["uplink_bytes"], "byte")
    yield "downlink, headers included", quantity(facts["downlink_bytes"], "byte")
    yield "energy of the devices", quantity(facts["energy_j"], "J")
    wall = f"{number(facts['estimated_wall_s'])} s on {facts['processes']} processes"
    yield "wall time, an estimate", f"{wall}; training shared through a cache is not counted out"


def dry_notes(facts: Facts) -> Iterator[str]:
    """Sentences about runs of which the prediction is not the whole truth."""
    if facts["may_end_sooner"]:
        yield f"{facts['may_end_sooner']} runs have a target accuracy, which may end them sooner."
    for row in facts["missing"]:
        if row["fails"]:
            yield f"{row['cell']} cannot go on: {row['fails']}"


def _row(task: Task, each: Prediction) -> Facts:
    return {"run": task.path.name, "cell": task.cell.label, **_public(each)}


def _public(each: Prediction) -> Facts:
    return {key: value for key, value in asdict(each).items() if key not in ("timing_wall_s", "trained_flops")}


def _bytes(bits: float) -> int:
    return round(bits / BITS_PER_BYTE)
