"""A run directory is claimed by one process, and nothing that is not the run's own is ever removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfsim.errors import UsageError
from wfsim.results import directory
from wfsim.results.directory import COMPLETED, FAILED, RUNNING, Run, claimed, write_json


def attempt(path: Path, run_id: str = "a", status: str = COMPLETED, *, force: bool = False) -> bool:
    """One run into `path` that ends with `status`; whether it had to run."""
    with claimed(path, run_id, force=force) as free:
        if free:
            earlier = path / "journal.jsonl"
            earlier.write_text((earlier.read_text() if earlier.exists() else "") + run_id)
            write_json(path / "manifest.json", {"run_id": run_id, "name": "x", "status": status})
        return free


def test_a_completed_run_is_not_run_again_unless_forced(tmp_path: Path) -> None:
    assert attempt(tmp_path / "r")
    assert not attempt(tmp_path / "r")
    assert attempt(tmp_path / "r", force=True)


@pytest.mark.parametrize("status", [FAILED, RUNNING, "interrupted"])
def test_an_unfinished_attempt_is_kept_unless_forced_and_notes_survive(tmp_path: Path, status: str) -> None:
    attempt(tmp_path, status=status)
    (tmp_path / "notes.md").write_text("mine")
    assert attempt(tmp_path, status=status)
    assert (tmp_path / "journal.jsonl").read_text() == "aa"
    assert attempt(tmp_path, force=True)
    assert (tmp_path / "journal.jsonl").read_text() == "a"
    assert (tmp_path / "notes.md").read_text() == "mine"
    assert Run(tmp_path).status == COMPLETED


def test_another_run_is_replaced_only_by_force(tmp_path: Path) -> None:
    attempt(tmp_path, "a")
    with pytest.raises(UsageError, match="another run"):
        attempt(tmp_path, "b")
    assert (tmp_path / "journal.jsonl").read_text() == "a"
    assert attempt(tmp_path, "b", force=True)


@pytest.mark.parametrize("force", [False, True])
def test_what_is_not_a_run_is_never_touched(tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(UsageError, match="not a run"):
        attempt(tmp_path, force=force)
    assert [child.name for child in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(UsageError, match="not a directory"):
        attempt(tmp_path / "f")


def test_a_kill_before_the_manifest_was_whole_blocks_nothing(tmp_path: Path) -> None:
    (tmp_path / "manifest.json.part").write_text("{")
    (tmp_path / ".lock").write_text("")
    assert attempt(tmp_path)


def test_two_processes_cannot_hold_one_directory(tmp_path: Path) -> None:
    with (
        claimed(tmp_path / "r", "a", force=False),
        pytest.raises(UsageError, match="another process"),
        claimed(tmp_path / "r", "a", force=False),
    ):
        raise AssertionError("unreachable")


def test_a_run_finished_by_another_process_before_the_lock_is_kept(tmp_path: Path, monkeypatch) -> None:
    """The first look sees nothing; by the time the lock is held, somebody else has completed this run."""
    make = directory._make

    def finished_meanwhile(path: Path) -> None:
        make(path)
        monkeypatch.setattr(directory, "_make", make)
        attempt(path)

    monkeypatch.setattr(directory, "_make", finished_meanwhile)
    assert not attempt(tmp_path / "r")
    assert (tmp_path / "r" / "journal.jsonl").read_text() == "a"


def test_no_lock_is_left(tmp_path: Path) -> None:
    attempt(tmp_path)
    assert {child.name for child in tmp_path.iterdir()} == {"journal.jsonl", "manifest.json"}


def test_a_killed_run_still_gives_its_rounds(tmp_path: Path) -> None:
    attempt(tmp_path, status=RUNNING)
    (tmp_path / "journal.jsonl").write_text('{"seq":0,"type":"run_started"\n')
    assert Run(tmp_path).rounds == []
    assert Run(tmp_path).summary["rounds"] == 0


def test_a_removal_that_was_cut_short_leaves_an_unfinished_run(tmp_path: Path, monkeypatch) -> None:
    attempt(tmp_path / "r")
    (tmp_path / "r" / "adapter").mkdir()
    monkeypatch.setattr("wfsim.results.directory.shutil.rmtree", _killed)
    with pytest.raises(KeyboardInterrupt):
        attempt(tmp_path / "r", force=True)
    assert Run(tmp_path / "r").status == RUNNING


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
