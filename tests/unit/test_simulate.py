"""What a run leaves, however it ends."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

import wfsim
from wfsim.errors import Interrupted, RunError, ScenarioError, UsageError
from wfsim.simulate import Resources, resume

TINY = {"stop.rounds": 2, "learning.local.steps": 1}
FILES = {"scenario.yaml", "journal.jsonl", "rounds.csv", "summary.json", "manifest.json", "log.txt"}


def names(path: Path) -> set[str]:
    return {child.name for child in path.iterdir()}


def test_a_run_leaves_its_files_and_an_adapter(tmp_path: Path) -> None:
    run = wfsim.run(wfsim.load_scenario("digits", TINY), tmp_path / "r")
    assert names(run.path) == FILES | {"adapter"}
    assert (run.status, run.summary["rounds"], len(run.rounds)) == ("completed", 2, 2)
    assert run.manifest["digest"] == list(run.journal())[-1]["hash"]
    assert "final_accuracy" in run._repr_html_()


def test_a_name_does_for_a_scenario_and_a_finished_run_is_returned(tmp_path: Path) -> None:
    scenario = wfsim.load_scenario("digits", TINY, **{"learning.kind": "none"})
    first = wfsim.run(scenario, tmp_path / "r").manifest
    assert wfsim.run(scenario, tmp_path / "r").manifest == first
    (tmp_path / "mine.yaml").write_text("extends: digits\nname: mine\nlearning: {kind: none}\nstop: {rounds: 1}\n")
    assert wfsim.run(tmp_path / "mine.yaml", tmp_path / "named").name == "mine"


def stop_at(round_number: int):
    """A sink that interrupts when a round closes, as Ctrl-C would."""

    def sink(line: dict) -> None:
        if line["type"] == "evaluated" and line["round"] == round_number:
            raise KeyboardInterrupt

    return sink


def test_an_interrupted_run_keeps_what_was_learned(tmp_path: Path) -> None:
    with pytest.raises(Interrupted, match="what was done is in .*; `wfsim resume"):
        wfsim.run(wfsim.load_scenario("digits", TINY), tmp_path / "r", sinks=[stop_at(1)])
    run = wfsim.Run(tmp_path / "r")
    assert names(run.path) == FILES | {"adapter", "checkpoints"}
    assert (run.status, run.summary["rounds"]) == ("interrupted", 1)
    assert run.rounds[0]["accuracy"] is not None


def test_a_failed_run_says_why(tmp_path: Path) -> None:
    silent = {"learning.kind": "none", "radio.fading": "none", "radio.link.min_bps_per_hz": 7.0}
    with pytest.raises(RunError, match="rate is zero"):
        wfsim.run(wfsim.load_scenario("digits", {**TINY, **silent}), tmp_path / "r")
    run = wfsim.Run(tmp_path / "r")
    assert run.status == "failed"
    assert "rate is zero" in run.manifest["traceback"]
    assert run.summary["rounds"] == 0


def test_what_cannot_be_built_leaves_nothing(tmp_path: Path) -> None:
    scenario = wfsim.load_scenario("digits", {"topology.radius_m": 90_000})
    with pytest.raises(ScenarioError, match=r"radio.path_loss: .*first at device d0000"):
        wfsim.run(scenario, tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_rounds_that_take_no_time_cannot_be_stopped_by_time(tmp_path: Path) -> None:
    instant = {"radio.link": "ideal", "devices.compute": "instant", "learning.kind": "none"}
    scenario = wfsim.load_scenario("digits", {**instant, "stop": {"rounds": None, "time_s": 5.0}})
    with pytest.raises(RunError, match="takes no simulated time"):
        wfsim.run(scenario, tmp_path / "r")


def test_a_folder_that_cannot_be_a_cache_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file cannot be a cache: File exists"):
        wfsim.run(wfsim.load_scenario("digits", TINY), tmp_path / "r", resources=Resources(cache=tmp_path / "file"))
    assert names(tmp_path) == {"file"}


def test_a_full_disk_is_told_in_one_line_and_the_run_can_go_on(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("wfsim.learning.work_store.write_arrays", full)
    with pytest.raises(RunError, match=r"/r: No space left on device; `wfsim resume"):
        wfsim.run(wfsim.load_scenario("digits", TINY), tmp_path / "r")
    assert wfsim.Run(tmp_path / "r").status == "failed"
    monkeypatch.undo()
    assert resume(tmp_path / "r").summary["rounds"] == 2


def test_checkpoints_that_a_killed_run_left_behind_its_end_go(tmp_path: Path) -> None:
    scenario = wfsim.load_scenario("digits", TINY, **{"learning.kind": "none"})
    (wfsim.run(scenario, tmp_path / "r").path / "checkpoints").mkdir()
    assert names(wfsim.run(scenario, tmp_path / "r").path) == FILES
