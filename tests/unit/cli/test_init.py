from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from wfsim.scenario.load import load_scenario
from wfsim.scenario.yaml_source import parse_yaml

SHORT = ("stop.rounds=1", "topology.devices=3", "learning.kind=none", "learning.local.steps=1")


def commands(said: str) -> list[list[str]]:
    """The shell commands that `wfsim init` prints, without `wfsim`."""
    return [shlex.split(line)[1:] for line in said.splitlines() if line.startswith("  wfsim ")]


def test_what_it_writes_validates_runs_and_is_drawn(cli) -> None:
    said = cli("init", "my experiment")
    assert said.code == 0
    validate, run, plot = commands(said.out)
    assert (validate[0], run[0], plot[0]) == ("validate", "run", "plot")
    assert cli(*validate).code == 0
    assert cli(*run, *SHORT).code == 0
    assert cli(*plot).out == "my experiment/runs/first/timeline.png\n"


def test_the_schema_lies_where_the_first_line_says_and_accepts_the_file(cli) -> None:
    cli("init", "a")
    text = Path("a/mine.yaml").read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named is not None
    schema = json.loads((Path("a") / named[1]).read_text(encoding="utf-8"))
    assert Draft202012Validator(schema).is_valid(parse_yaml(text, "").plain())


def test_every_change_it_proposes_is_valid_and_changes_something(cli) -> None:
    cli("init")
    text = Path("mine.yaml").read_text(encoding="utf-8")
    changed = re.sub(r"^#(?=\S| {2})", "", text, flags=re.MULTILINE)
    Path("changed.yaml").write_text(changed, encoding="utf-8")
    assert cli("validate", "changed.yaml").code == 0
    assert Draft202012Validator(json.loads(Path("wfsim.schema.json").read_text())).is_valid(
        parse_yaml(changed, "").plain()
    )
    assert load_scenario("changed.yaml").sweep.count() == 9
    mine, other = (load_scenario(f"{name}.yaml").model_dump(mode="json") for name in ("mine", "changed"))
    named = {"seed", "topology", "radio", "devices", "learning", "codec", "protocol", "controller"}
    assert {key for key in mine if mine[key] != other[key]} == named


@pytest.mark.parametrize("name", ["mine.yaml", "wfsim.schema.json"])
def test_nothing_is_overwritten(cli, name: str) -> None:
    Path(name).write_text("precious", encoding="utf-8")
    said = cli("init")
    assert said.code == 2
    assert said.err == f"wfsim: {name} exists already; choose another directory\n"
    assert Path(name).read_text(encoding="utf-8") == "precious"
    assert {path.name for path in Path().iterdir()} == {"small.yaml", name}


def test_a_file_in_the_way_is_wrong_usage(cli) -> None:
    said = cli("init", "small.yaml")
    assert said.code == 2
    assert said.err.startswith("wfsim: small.yaml") and said.err.count("\n") == 1
