"""The runs of a folder and their order."""

from __future__ import annotations

from pathlib import Path

from wfsim.figures.folder import runs_in
from wfsim.results.directory import write_json


def _names(folder: Path) -> list[str]:
    return [run.path.name for run in runs_in(folder)[0]]


def _three(make_run, tmp_path: Path) -> None:
    for number, folder in enumerate("cab"):
        run = make_run("a", 1, [0.5], scenario=f"x: {number}\n", folder=folder)
        write_json(tmp_path / folder / "manifest.json", run.manifest | {"started_at": "2026-01-01"})


def test_runs_come_in_order_of_name(make_run, tmp_path: Path) -> None:
    _three(make_run, tmp_path)
    assert _names(tmp_path) == ["a", "b", "c"]


def test_runs_of_a_sweep_come_in_its_order_and_others_last(make_run, tmp_path: Path) -> None:
    _three(make_run, tmp_path)
    (tmp_path / "sweep.csv").write_text("x,run\n0,c\n2,b\n")
    assert _names(tmp_path) == ["c", "b", "a"]
