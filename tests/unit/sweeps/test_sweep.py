"""The Python API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import wfsim
from wfsim.errors import UsageError
from wfsim.sweeps.sweep import Watcher, crew_size

SMALL = {"topology.devices": 3, "stop.rounds": 1, "learning.local.steps": 1, "learning.kind": "none"}


class Noted(Watcher):
    def __init__(self) -> None:
        self.missing: list[int] = []
        self.started_cells: list[int] = []
        self.ends: list[str] = []

    def began(self, plan, missing) -> None:
        self.missing = [task.cell.number for task in missing]

    def started(self, task) -> None:
        self.started_cells.append(task.cell.number)

    def ended(self, task, ended) -> None:
        self.ends.append(ended.status)


def test_a_sweep_gives_rows_and_runs_and_goes_on(tmp_path: Path) -> None:
    wfsim.run(wfsim.load_scenario("digits", SMALL), tmp_path / "elsewhere")
    first = Noted()
    done = wfsim.sweep("digits", {**SMALL, "sweep": {"seeds": 2}}, tmp_path / "all", workers=1, watcher=first)
    assert (first.missing, first.started_cells, first.ends) == ([1, 2], [1, 2], ["completed"] * 2)
    assert [row["seed"] for row in done.rows] == [1, 2] and done.causes == {}
    second = Noted()
    wider = wfsim.sweep("digits", {**SMALL, "sweep": {"seeds": 3}}, tmp_path / "all", workers=2, watcher=second)
    assert second.missing == [3]
    assert [run.status for run in wider.runs] == ["completed"] * 3
    assert wider.rows[:2] == done.rows
    assert wider.rows[0]["simulated_s"] == wfsim.Run(tmp_path / "elsewhere").summary["simulated_s"]


def test_the_number_of_processes() -> None:
    assert crew_size(5, 3) == 3
    assert crew_size(2, 30) == 2
    assert crew_size(None, 0) == 1
    assert 1 <= crew_size(None, 100) <= 8
    with pytest.raises(UsageError, match="at least one worker"):
        crew_size(0, 3)


def test_runs_share_training_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    briefs = []
    monkeypatch.setattr("wfsim.sweeps.sweep.Crew", lambda brief, size: briefs.append(brief) or _NoCrew())
    for cache in (True, False, tmp_path / "shared"):
        wfsim.sweep("digits", SMALL, tmp_path / "all", cache=cache, cache_limit_bytes=7)
    assert [brief.resources.cache for brief in briefs] == [tmp_path / "all" / ".cache", None, tmp_path / "shared"]
    assert all(brief.resources.cache_limit_bytes == 7 and brief.resources.workers >= 1 for brief in briefs)


class _NoCrew:
    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        pass

    def news(self, tasks):
        return iter(())


def test_the_sweep_itself_imports_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys, wfsim; from wfsim.sweeps.predict import predict; "
        f"done = wfsim.sweep('digits', ['learning.local.steps=1', 'stop.rounds=1'], {str(tmp_path / 'all')!r}); "
        "predict(done.plan.batch.base); "
        "sys.exit('torch' in sys.modules or done.rows[0]['jobs_computed'] != 4)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
