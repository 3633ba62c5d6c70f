from __future__ import annotations

from pathlib import Path

import pytest

from wfsim.scenario import find
from wfsim.scenario.find import find_scenario, not_found, packaged_folder, packaged_names
from wfsim.scenario.load import load_scenario


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packaged"
    folder.mkdir()
    (folder / "quickstart.yaml").write_text("seed: 1\n")
    monkeypatch.setattr(find, "packaged_folder", lambda: folder)
    return folder


def test_the_packaged_folder_is_called_scenarios() -> None:
    assert packaged_folder().name == "scenarios"


def test_a_name_is_looked_up_among_the_packaged(packaged: Path, tmp_path: Path) -> None:
    assert packaged_names() == ["quickstart"]
    assert find_scenario("quickstart", tmp_path) == packaged / "quickstart.yaml"
    assert find_scenario("quickstart.yaml", tmp_path) == packaged / "quickstart.yaml"


def test_scenarios_lie_in_folders_too(packaged: Path, tmp_path: Path) -> None:
    (packaged / "tsfa").mkdir()
    (packaged / "tsfa" / "headline.yaml").write_text("extends: ../quickstart.yaml\n")
    assert packaged_names() == ["quickstart", "tsfa/headline"]
    for name in ("tsfa/headline", "tsfa/headline.yaml"):
        assert find_scenario(name, tmp_path) == packaged / "tsfa" / "headline.yaml"
    assert find_scenario("headline", packaged / "tsfa") == packaged / "tsfa" / "headline.yaml"
    assert find_scenario("headline", tmp_path) is None
    for name in ("tsfa", "tsfa/"):
        assert not_found(name, tmp_path) == f"{name!r} is a folder of scenarios: tsfa/headline"
    assert not_found("tsfa/headlin", tmp_path).endswith("(did you mean 'tsfa/headline'?)")


@pytest.mark.parametrize("base", ["../quickstart.yaml", "../quickstart", "quickstart"])
def test_a_scenario_in_a_folder_extends_those_above(packaged: Path, tmp_path: Path, base: str) -> None:
    (packaged / "tsfa").mkdir()
    (packaged / "tsfa" / "headline.yaml").write_text(f"extends: {base}\nname: headline\n")
    (packaged / "quickstart.yaml").write_text("seed: 7\n")
    scenario = load_scenario("tsfa/headline")
    assert (scenario.name, scenario.seed) == ("headline", 7)


def test_a_file_of_the_folder_comes_first_and_needs_no_suffix(packaged: Path, tmp_path: Path) -> None:
    (tmp_path / "quickstart.yaml").write_text("seed: 2\n")
    assert find_scenario("quickstart", tmp_path) == tmp_path / "quickstart.yaml"


def test_a_folder_does_not_hide_a_packaged_scenario(packaged: Path, tmp_path: Path) -> None:
    (tmp_path / "quickstart").mkdir()
    assert find_scenario("quickstart", tmp_path) == packaged / "quickstart.yaml"


def test_an_absolute_path_ignores_the_folder(packaged: Path, tmp_path: Path) -> None:
    assert find_scenario(str(packaged / "quickstart"), tmp_path) == packaged / "quickstart.yaml"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("quikstart", "no scenario called 'quikstart' (did you mean 'quickstart'?)"),
        ("quikstart.yaml", "no scenario called 'quikstart.yaml' (did you mean 'quickstart'?)"),
        ("packaged", "'packaged' is a directory, not a scenario"),
        ("a\0b", "no scenario called 'a\\x00b'"),
        ("x" * 5000, f"no scenario called '{'x' * 60}'"),
    ],
    ids=["typo", "typo with suffix", "directory", "NUL", "long"],
)
def test_says_why_nothing_was_found(packaged: Path, tmp_path: Path, name: str, message: str) -> None:
    assert find_scenario(name, tmp_path) is None
    assert not_found(name, tmp_path) == message
