"""Which runs a sweep has, and which of them are still to be done."""

from __future__ import annotations

from pathlib import Path

import pytest

import wfsim
from wfsim.errors import ScenarioError, UsageError
from wfsim.scenario.cells import load_batch
from wfsim.scenario.identity import run_id
from wfsim.sweeps.plan import check, make_plan


def test_equal_cells_share_one_run(planned) -> None:
    plan = planned("radio.bandwidth_hz=1e6,2e6,1000000.0", "seed=1,2")
    assert len(plan.names) == 6 and len(plan.tasks) == 4
    assert plan.names[0] == plan.names[4] == f"digits-{run_id(plan.batch.cells[0].scenario)}"
    assert [task.cell.number for _, task in plan.rows()] == [1, 2, 3, 4, 1, 2]


def test_completed_runs_are_not_missing(planned) -> None:
    plan = planned("seed=1,2")
    first, second = plan.tasks.values()
    assert plan.missing() == [first, second]
    wfsim.run(first.cell.scenario, first.path)
    assert planned("seed=1,2").missing() == [second]


def test_another_run_under_the_name_is_missing(planned) -> None:
    (task,) = planned().tasks.values()
    wfsim.run(wfsim.load_scenario("digits", {"learning.kind": "none", "stop.rounds": 1}), task.path)
    assert not task.is_complete()


def test_the_default_folder_is_named_after_the_scenario() -> None:
    assert make_plan(load_batch("digits")).folder == Path("runs/digits")


def test_a_run_directory_or_a_file_is_no_folder_for_runs(planned, tmp_path: Path) -> None:
    (tmp_path / "sweep").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        planned()
    (tmp_path / "sweep").unlink()
    wfsim.run(wfsim.load_scenario("digits", {"learning.kind": "none", "stop.rounds": 1}), tmp_path / "sweep")
    with pytest.raises(UsageError, match="is a run directory"):
        planned()


def test_a_cell_that_cannot_be_built_is_named(planned) -> None:
    plan = planned("topology.radius_m=500,90000")
    with pytest.raises(ScenarioError, match=r"^radio.path_loss: .*\(cell 2 of 2: topology.radius_m=90000 seed=1\)$"):
        check(plan, plan.missing())
