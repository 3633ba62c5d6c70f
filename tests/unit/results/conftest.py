"""Run directories written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from wfsim.results.directory import COMPLETED, Run
from wfsim.results.rounds import COLUMNS, write_rounds

SUMMARY = {
    "rounds": 2,
    "simulated_s": 4.0,
    "final_accuracy": None,
    "best_accuracy": None,
    "worst_decile_accuracy": None,
    "uplink_bits": 30,
    "downlink_bits": 3,
    "mean_round_s": 2.0,
    "control_bits": 0,
    "mean_coverage": 1.0,
    "mean_staleness": None,
    "uploads_overtaken": 0,
    "updates_held": 0,
    "budget_binding_share": None,
    "devices_late": 0,
    "energy_j": 1.5,
}

Line = dict[str, Any]


def write_run(
    path: Path,
    *,
    status: str = COMPLETED,
    scenario: Line | None = None,
    rows: Sequence[Line] = (),
    lines: Sequence[Line] = (),
    **summary: Any,
) -> Run:
    """A run directory with these round rows (absent columns are null), journal lines and summary numbers."""
    path.mkdir(parents=True)
    name = (scenario or {}).get("name", "x")
    (path / "manifest.json").write_text(json.dumps({"run_id": f"id-{path.name}", "name": name, "status": status}))
    if scenario is not None:
        YAML().dump(scenario, path / "scenario.yaml")
    write_rounds(path / "rounds.csv", [dict.fromkeys(COLUMNS) | row for row in rows])
    (path / "summary.json").write_text(json.dumps(SUMMARY | summary))
    with (path / "journal.jsonl").open("w") as file:
        for seq, line in enumerate(lines):
            file.write(json.dumps({"seq": seq, "t_s": 0.0, "hash": "", **line}) + "\n")
    return Run(path)


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """`make_run(path, status=..., scenario=..., rows=..., lines=..., final_accuracy=0.5)` -> Run."""
    return write_run
