from __future__ import annotations

from pathlib import Path

import pytest

from wfsim.local_path import without_paths
from wfsim.scenario.load import load_scenario

TEXT = "learning:\n  model: {kind: hugging_face, path: ./bert}\n  data: {kind: csv, path: ../texts.csv}\n"


@pytest.fixture
def file(tmp_path) -> Path:
    folder = tmp_path / "study" / "deep"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(TEXT)
    return folder / "base.yaml"


def test_a_file_speaks_of_its_own_folder_also_through_extends(file, tmp_path, monkeypatch) -> None:
    top = tmp_path / "top.yaml"
    top.write_text("extends: study/deep/base.yaml\nlearning: {adapter: {start: ./adapter}}\n")
    monkeypatch.chdir(tmp_path)
    learning = load_scenario("top.yaml").learning
    assert learning.model.path == str(file.parent / "bert")
    assert learning.data.path == str(tmp_path / "study" / "texts.csv")
    assert learning.adapter.start == str(tmp_path / "adapter")


@pytest.mark.parametrize("overrides", [["learning.model.path=./mine"], {"learning.model.path": Path("mine")}])
def test_an_override_speaks_of_the_working_directory(file, tmp_path, monkeypatch, overrides) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_scenario(file, overrides).learning.model.path == str(tmp_path / "mine")


def test_home_and_absolute_paths(file, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    paths = {"learning.model.path": "~/bert", "learning.data.path": "/data/x.csv"}
    learning = load_scenario(file, paths).learning
    assert (learning.model.path, learning.data.path) == (str(tmp_path / "bert"), "/data/x.csv")


def test_where_files_lie_is_left_out_of_what_is_hashed(file, tmp_path) -> None:
    first, second = (load_scenario(file, {"learning.model.path": path}) for path in ("a", "b"))
    assert first != second and without_paths(first) == without_paths(second)
    assert without_paths(first)["learning"]["model"]["path"] == ""
