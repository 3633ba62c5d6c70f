from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.find import find_runs


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_run: Callable[..., Run]) -> None:
    """Two runs of a sweep, one beside it with a bracket in its name, a note and an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("sweep/bw-2", "sweep/bw-1", "alone[1]"):
        make_run(Path(name))
    Path("sweep/notes.md").write_text("mine")
    Path("empty").mkdir()


def names(where: object) -> list[str]:
    return [str(run.path) for run in find_runs(where)]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("sweep/bw-1", ["sweep/bw-1"]),
        (Path("sweep/bw-1"), ["sweep/bw-1"]),
        ("sweep/*", ["sweep/bw-1", "sweep/bw-2"]),
        ("sweep", ["sweep/bw-1", "sweep/bw-2"]),
        ("**", ["alone[1]", "sweep/bw-1", "sweep/bw-2"]),
        ("alone[1]", ["alone[1]"]),
        (["sweep/bw-2", "sweep/*", Path("sweep/../sweep/bw-1")], ["sweep/bw-2", "sweep/bw-1"]),
    ],
)
def test_paths_globs_and_folders(where: object, found: list[str]) -> None:
    assert names(where) == found


def test_runs_are_runs() -> None:
    run = Run("alone[1]")
    assert find_runs([run, run]) == [run] == find_runs(run)


@pytest.mark.parametrize("where", ["nothing*", "empty", "sweep/notes.md", ["sweep/*", "nothing"]])
def test_where_there_is_no_run(where: object) -> None:
    with pytest.raises(UsageError, match="no run directory there"):
        find_runs(where)


def test_nothing_named() -> None:
    with pytest.raises(UsageError, match="no run was named"):
        find_runs([])
