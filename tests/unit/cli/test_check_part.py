"""`wfsim check-part`, and `list`, `describe`, `validate`, `run` with parts of one's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

NAKAGAMI = Path(__file__).parents[1] / "parts" / "nakagami.py"
FADING = """\
from pydantic import Field
from wfsim.radio.fading import BlockPaths, Fading

class Mine(Fading, kind="mine"):
    \"\"\"Of mine.\"\"\"

    m: float = Field({field})

    def realise(self, streams, links):
        return BlockPaths(streams, links, 0.05, self.draw)

    def draw(self, generator, count):
        return {draw}
"""


@pytest.fixture(autouse=True)
def part_file(in_a_fresh_folder: None) -> None:
    shutil.copy(NAKAGAMI, "nakagami.py")


def test_a_sound_part_keeps_its_contract(cli) -> None:
    said = cli("check-part", "nakagami.py")
    assert (said.code, said.err) == (0, "")
    assert "fading nakagami  unit mean and never negative" in said.out
    rows = json.loads(cli("check-part", "nakagami.py", "--json").out)
    assert said.out.rstrip().endswith(f"{len(rows)} of {len(rows)} checks hold")
    assert len(rows) >= 8 and all(row["ok"] and row["reason"] is None for row in rows)


@pytest.mark.parametrize(
    ("field", "draw", "check", "reason"),
    [
        (
            '1.0, description="d"',
            "2 * generator.random(count) + 1",
            "unit mean and never negative",
            "the mean gain is 2.0",
        ),
        ('1.0, description="d"', "generator.normal(1, 5, count)", "unit mean and never negative", "it must be >= 0"),
        (
            '1.0, description="d"',
            "self.nix",
            "any query order gives the same values",
            "AttributeError on line 13 of mine.py",
        ),
        ("1.0", "generator.exponential(size=count)", "documents itself", "fields without a description: m"),
        ('description="d", gt=2.0', "generator.random(count)", "can be made from its examples", "ValidationError: "),
    ],
)
def test_a_broken_promise_fails_with_its_reason(cli, field: str, draw: str, check: str, reason: str) -> None:
    Path("mine.py").write_text(FADING.format(field=field, draw=draw))
    said = cli("check-part", "mine.py")
    assert said.code == 1 and "FAILED" in said.out
    failed = {
        row["check"]: row["reason"] for row in json.loads(cli("check-part", "mine.py", "--json").out) if not row["ok"]
    }
    assert reason in failed[check]


def test_a_required_field_takes_its_example(cli) -> None:
    field = 'ge=0.5, description="shape", examples=[2.0]'
    Path("mine.py").write_text(FADING.format(field=field, draw="generator.gamma(self.m, 1 / self.m, count)"))
    assert cli("check-part", "mine.py").code == 0


def test_a_file_that_cannot_be_loaded_is_one_line(cli) -> None:
    Path("mine.py").write_text("import nix\n")
    assert cli("check-part", "mine.py") == (
        3,
        "",
        "wfsim check-part: mine.py raises ModuleNotFoundError on line 1: No module named 'nix'\n",
    )
    assert cli("list", "fading", "--parts", "nix.py").code == 3


def test_list_and_describe_know_and_mark_it(cli) -> None:
    rows = json.loads(cli("list", "fading", "--parts", "nakagami.py", "--json").out)
    assert {row["kind"]: row["file"] for row in rows if row["file"]} == {"nakagami": "nakagami.py"}
    slots = json.loads(cli("list", "--parts", "./nakagami.py", "--json").out)["slots"]
    assert {row["slot"]: row["out_of_tree"] for row in slots if row["out_of_tree"]} == {"fading": ["nakagami"]}
    about = json.loads(cli("describe", "fading", "nakagami", "--parts", "nakagami.py", "--json").out)
    assert about["fields"][0]["name"] == "m" and "kind: nakagami" in about["example"]
    assert about["file"] == "nakagami.py" and about["example"].startswith('parts: ["./nakagami.py"]\n')
    text = cli("describe", "fading", "nakagami", "--parts", "nakagami.py").out
    assert text.startswith("fading nakagami: radio.fading, radio.fading.inner (from nakagami.py)\n")
    assert "(from" not in cli("describe", "fading", "rician", "--parts", "nakagami.py").out
    assert cli("list", "fading", "--parts", "nakagami.py").out.endswith("fading KIND --parts nakagami.py\n")
    assert "nakagami" not in cli("list", "fading").out
    assert cli("describe", "fading", "nakagami").code == 2


def test_validate_and_run_through_an_override(cli) -> None:
    words = ("small.yaml", "parts=[./nakagami.py]", "radio.fading={kind: nakagami, m: 2}")
    assert cli("validate", *words).code == 0
    ran = json.loads(cli("run", *words, "--out", "one", "--json").out)
    assert ran["run_id"] == json.loads(cli("validate", *words, "--json").out)["run_id"]
    assert Path("one/parts/nakagami.py").read_bytes() == NAKAGAMI.read_bytes()
    Path("nakagami.py").unlink()
    again = cli("run", "one/scenario.yaml", "--out", "one", "--json")
    assert json.loads(again.out)["finished_earlier"]
    assert cli("verify", "one").code == 0


def test_a_missing_part_file_names_the_line_that_asks_for_it(cli) -> None:
    Path("own.yaml").write_text("extends: small.yaml\nparts:\n  - nakagami.py\n  - nix.py\n")
    said = cli("validate", "own.yaml")
    assert said == (3, "", "own.yaml:4: parts[1]: nix.py cannot be read: No such file or directory\n")
