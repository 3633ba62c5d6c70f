from __future__ import annotations

import json
from pathlib import Path

import pytest

import wfsim.scenario.schema  # noqa: F401  opens every slot
from wfsim.cli._catalogue import all_sections
from wfsim.part import Part, slots
from wfsim.scenario.load import load_scenario
from wfsim.scenario.schema import Scenario
from wfsim.scenario.yaml_source import read_yaml

KINDS = [(slot, name) for slot in slots() for name in sorted(slot.kinds)]


def test_a_kind_is_described_with_its_fields(cli) -> None:
    about = json.loads(cli("describe", "fading", "rician", "--json").out)
    k_db = next(field for field in about["fields"] if field["name"] == "k_db")
    assert about["paths"] == ["radio.fading", "radio.fading.inner"]
    assert (k_db["type"], k_db["default"], k_db["range"]) == ("number", 7.0, [">= -60", "<= 60"])
    assert "dB" in k_db["description"]


def test_the_text_holds_docstring_fields_and_example(cli) -> None:
    said = cli("describe", "fading", "rician")
    assert said.code == 0
    texts = ("Goldsmith 2005", "k_db", ">= -60 and <= 60", "  fading:\n    kind: rician\n")
    assert all(text in said.out for text in texts)


def test_a_slot_is_described_with_its_kinds(cli) -> None:
    about = json.loads(cli("describe", "codec", "--json").out)
    assert about["paths"][0] == "codec" and "dense" in about["kinds"]
    assert "dense" in cli("describe", "codec").out


def test_a_slot_is_found_by_its_path(cli) -> None:
    assert cli("describe", "radio.fading") == cli("describe", "fading")
    assert cli("describe", "radio.fading", "rician") == cli("describe", "fading", "rician")


def test_a_section_is_described_with_its_fields(cli) -> None:
    about = json.loads(cli("describe", "stop", "--json").out)
    assert about["section"] == "stop" and about["description"].startswith("When a run ends")
    assert about["fields"][0] == {
        "name": "rounds",
        "type": "whole number or null",
        "required": False,
        "range": [">= 1"],
        "description": "rounds",
        "default": 20,
    }


def test_a_section_shows_the_sections_and_slots_in_it(cli) -> None:
    rows = {words[0]: words for words in map(str.split, cli("describe", "radio").out.splitlines()) if words}
    assert rows["packets.mtu_bytes"][1:4] == ["whole", "number", "1500"]
    assert rows["shadowing"][1:4] == ["slot", "shadowing", "log_normal"]


def test_sections_have_no_kinds(cli) -> None:
    for words in (("describe", "stop", "rounds"), ("list", "stop")):
        said = cli(*words)
        assert (said.code, said.err.startswith("wfsim: stop is a section")) == (2, True)


@pytest.mark.parametrize("path", sorted(all_sections()))
def test_every_section_is_described_in_full_and_its_example_is_the_default(cli, path: str) -> None:
    about = json.loads(cli("describe", path, "--json").out)
    assert {field["name"] for field in about["fields"]} >= set(all_sections()[path].model_fields)
    assert about["description"] and all(field["description"] for field in about["fields"])
    Path("example.yaml").write_text(about["example"], encoding="utf-8")
    assert load_scenario("example.yaml").model_dump() == Scenario().model_dump()
    assert cli("describe", path).code == 0


def test_square_brackets_are_printed(cli) -> None:
    assert "devices[].distance_m" in cli("describe", "topology", "placed").out


def test_a_required_field_has_no_default(cli) -> None:
    field = json.loads(cli("describe", "controller", "random", "--json").out)["fields"]
    devices = next(item for item in field if item["name"] == "devices")
    assert devices["required"] and "default" not in devices


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("fadng",), "'fading'"),
        (("fading", "ricain"), "'rician'"),
        (("radio.packet",), "'radio.packets'"),
        (("stpo",), "'stop'"),
    ],
)
def test_an_unknown_name_is_wrong_usage_with_the_nearest(cli, words: tuple[str, ...], hint: str) -> None:
    said = cli("describe", *words)
    assert said.code == 2
    assert f"did you mean {hint}" in said.err


@pytest.mark.parametrize(("slot", "kind"), KINDS, ids=[f"{slot.slot}-{kind}" for slot, kind in KINDS])
def test_every_kind_is_described_and_its_example_is_valid_where_it_stands(cli, slot: type[Part], kind: str) -> None:
    about = json.loads(cli("describe", slot.slot, kind, "--json").out)
    assert {field["name"] for field in about["fields"]} >= set(slot.kinds[kind].model_fields)
    assert about["description"] and all(field["description"] for field in about["fields"])
    Path("example.yaml").write_text(about["example"], encoding="utf-8")
    node = read_yaml(Path("example.yaml"))
    for key in about["paths"][0].split("."):
        node = node.child(key)
    assert slot.parse(node.plain()).kind == kind
    assert cli("describe", slot.slot, kind).code == 0
