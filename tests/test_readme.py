"""Every block of the README runs, shortened by overrides; the set-up commands are run by .ci/run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
SHORT = ["stop.rounds=1", "learning.local.steps=1", "learning.data=digits", "topology.devices=4"]
SETUP = {
    "python -m pip install '.[examples]' && wfsim run scenarios/quickstart.yaml",
    "python -m pip install -e '.[test]' && python -m pytest",
}


SITES = next(text for kind, text in BLOCKS if kind == "bash" and "branch_offices" in text).splitlines()


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the scenarios in it as a checkout has."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python_files() -> dict[str, str]:
    """Blocks that begin with a file's name in a comment: the person writes them to that file."""
    found = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    return dict(found)


def commands() -> list[str]:
    return [line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines() if line.strip()]


def test_set_up_is_two_commands() -> None:
    assert {line for line in commands() if "pip install" in line} == SETUP


def test_the_tour_runs(workplace: Path) -> None:
    """Files, commands, then Python blocks, in order, in one folder."""
    for name, text in python_files().items():
        Path(name).write_text(text)
    for line in commands():
        if line not in SETUP and line not in SITES:
            run(line)
    for text in (text for kind, text in BLOCKS if kind == "python"):
        run_python(text.replace('"stop.rounds": 5', SHORT_MAPPING), workplace)


def test_the_sites_run(workplace: Path) -> None:
    """A block that stands alone, beside the tour to spare time."""
    assert len(SITES) == 7
    for line in SITES:
        run(line)


SHORT_MAPPING = ", ".join(
    '"{}": {}'.format(*pair.split("=")) if pair.split("=")[1].isdigit() else '"{}": "{}"'.format(*pair.split("="))
    for pair in SHORT
)


def shortened(words: list[str]) -> list[str]:
    """The words after `wfsim`; runs and sweeps get the short overrides."""
    assert words[0] == "wfsim"
    extra = SHORT if words[1] in ("run", "sweep") else []
    if "branch_offices" in words and extra:  # its devices stand where the file says, its outage begins in round 5
        extra = ["stop.rounds=5", *SHORT[1:3]]
    extra = [*extra, "sweep.seeds=1"] if "scenarios/tradeoff.yaml" in words else extra
    return [*words[1:], *extra]


def run(line: str) -> None:
    """A `wfsim` command in this process: most of the time of one of its own would go into starting it."""
    from wfsim.cli.main import main

    words = shortened(shlex.split(line, comments=True))
    assert main(words) == 0, shlex.join(["wfsim", *words])


def run_python(text: str, folder: Path) -> None:
    """In a process of its own: classes of parts stay registered where they are defined."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", text]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"


def test_the_yaml_block_is_a_valid_scenario(tmp_path: Path) -> None:
    from wfsim.scenario.load import load_scenario

    (text,) = [text for kind, text in BLOCKS if kind == "yaml"]
    (tmp_path / "mine.yaml").write_text(text)
    scenario = load_scenario(tmp_path / "mine.yaml")
    assert (scenario.name, scenario.radio.transport.kind, scenario.protocol.kind) == ("mine", "unreliable", "deadline")
    assert scenario.sweep is not None and scenario.sweep.count() == 6


def test_every_folder_and_figure_named_exists() -> None:
    for path in re.findall(r"^\| `([\w/]+/)` \|", README, flags=re.MULTILINE) + re.findall(
        r"!\[.*?\]\((.*?)\)", README
    ):
        assert (ROOT / path).exists(), path


def test_the_base_models_accuracy_is_the_one_measured() -> None:
    """Written by the pretraining script from Fashion-MNIST's 10,000 test images."""
    measured = json.loads((ROOT / "wfsim/learning/pretrained/tiny_vit/training.json").read_text())["test_accuracy"]
    assert f"{100 * measured:.2f} % of its test images" in README
