from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import wfsim
from wfsim.results.directory import Run

FADING = '''\
from wfsim.radio.fading import ConstantPaths, Fading


class Still(Fading, kind="still"):
    """No fading."""

    def realise(self, streams, links):
        return ConstantPaths(links)
'''
FLAT = ("radio.fading=none", "name=a-b", 'learning.adapter={rank: 2, alpha: 8, target_modules: "all-linear"}')


def printed(cli, run: str) -> list[str]:
    """The command for a run, as a shell takes it apart."""
    said = cli("command", run)
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    return shlex.split(said.out)


@pytest.fixture
def typed(cli, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs `wfsim ...` in this process as if it had been typed."""

    def run(*words: str) -> None:
        monkeypatch.setattr(sys, "argv", ["/usr/bin/wfsim", *words])
        assert cli(*words).code == 0

    return run


def repeat(python, words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Executes a printed command in a folder of its own."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert words[0] == "wfsim"
    said = python("-m", *words, "--json")
    assert said.code == 0, said.err
    return Run(folder / json.loads(said.out)["run"])


def assert_same(first: Run, second: Run) -> None:
    assert second.path.resolve() != first.path.resolve()
    assert second.manifest["run_id"] == first.manifest["run_id"]
    assert (second.path / "journal.jsonl").read_bytes() == (first.path / "journal.jsonl").read_bytes()


def test_what_was_typed_repeats_the_run_elsewhere(cli, python, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = ["run", "small", *FLAT, "-o", "out dir", "--json"]
    assert python("-m", "wfsim", *line).code == 0
    first = Run(tmp_path / "out dir")
    assert first.manifest["command"] == ["wfsim", *line]
    words = printed(cli, str(first.path))
    assert words == ["wfsim", "run", str(tmp_path / "small.yaml"), *FLAT, "--out", "out dir"]
    assert_same(first, repeat(python, words, tmp_path / "fresh", monkeypatch))


def test_the_printed_line_survives_a_shell(cli, typed) -> None:
    typed("run", "small", *FLAT, "--out", "it's out")
    line = cli("command", "it's out").out
    show = f"wfsim() {{ {shlex.quote(sys.executable)} -c 'import sys, json; print(json.dumps(sys.argv[1:]))' \"$@\"; }}"
    shell = subprocess.run(["sh", "-c", f"{show}; {line}"], capture_output=True, text=True, check=True)
    assert json.loads(shell.stdout) == shlex.split(line)[1:]


def test_a_run_from_python_is_repeated_from_its_own_scenario(
    cli, python, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import wfsim; wfsim.run(wfsim.load_scenario('small.yaml', seed=2), 'one')"
    assert python("-c", code).code == 0
    first = Run(tmp_path / "one")
    assert first.manifest["command"] is None
    words = printed(cli, "one")
    assert words == ["wfsim", "run", str(tmp_path / "one" / "scenario.yaml")]
    assert_same(first, repeat(python, words, tmp_path / "fresh", monkeypatch))


def test_a_packaged_name_stays_a_name(cli, typed) -> None:
    words = ["run", "digits", "stop.rounds=1", "learning.kind=none", "topology.devices=2", "--out", "one"]
    typed(*words)
    assert printed(cli, "one") == ["wfsim", *words]


@pytest.mark.parametrize("change", ["edited", "gone"])
def test_where_the_file_means_another_run_by_now_the_runs_own_is_named(cli, typed, tmp_path: Path, change: str) -> None:
    typed("run", "small.yaml", "--out", "one")
    if change == "gone":
        Path("small.yaml").unlink()
    else:
        Path("small.yaml").write_text(Path("small.yaml").read_text() + "seed: 7\n", encoding="utf-8")
    assert printed(cli, "one") == ["wfsim", "run", str(tmp_path / "one" / "scenario.yaml")]


def test_where_a_part_has_changed_the_runs_own_copy_is_named(cli, typed, tmp_path: Path) -> None:
    Path("still.py").write_text(FADING, encoding="utf-8")
    words = ["run", "small.yaml", "parts=[./still.py]", "radio.fading=still"]
    typed(*words, "--out", "one")
    assert printed(cli, "one")[3:5] == words[2:]
    Path("still.py").write_text(FADING + "\n# changed\n", encoding="utf-8")
    assert printed(cli, "one") == ["wfsim", "run", str(tmp_path / "one" / "scenario.yaml")]


def test_options_before_the_command_are_left_out(cli, typed, tmp_path: Path) -> None:
    typed("--debug", "run", "small.yaml", "--out", "one")
    assert printed(cli, "one") == ["wfsim", "run", str(tmp_path / "small.yaml"), "--out", "one"]


@pytest.mark.parametrize("words", [["wfsim", "sweep", "small.yaml", "-j", "2"], ["wfsim", "resume", "one"]])
def test_another_command_is_not_repeated_as_a_run(cli, tmp_path: Path, words: list[str]) -> None:
    manifest = wfsim.run("small.yaml", "one").path / "manifest.json"
    values = json.loads(manifest.read_text(encoding="utf-8")) | {"command": words}
    manifest.write_text(json.dumps(values), encoding="utf-8")
    assert printed(cli, "one") == ["wfsim", "run", str(tmp_path / "one" / "scenario.yaml")]


def test_json(cli, tmp_path: Path) -> None:
    wfsim.run("small.yaml", "one")
    assert json.loads(cli("command", "one", "--json").out) == {
        "run": "one",
        "command": f"wfsim run {tmp_path / 'one' / 'scenario.yaml'}",
        "typed": None,
    }


def test_what_is_no_run_is_wrong_usage(cli) -> None:
    said = cli("command", "nosuch")
    assert (said.code, said.err) == (2, "wfsim: nosuch is not a run directory: it has no manifest.json\n")
