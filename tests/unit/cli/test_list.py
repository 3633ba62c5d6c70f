from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import wfsim
from wfsim.cli._catalogue import all_sections
from wfsim.part import slots


def test_every_slot_of_the_source_tree_is_listed(cli) -> None:
    slot_class = re.compile(r'^class \w+\(Part, slot="(\w+)"\)', re.MULTILINE)
    opened = {
        name
        for path in Path(wfsim.__file__).parent.rglob("__init__.py")
        for name in slot_class.findall(path.read_text(encoding="utf-8"))
    }
    assert len(opened) > 20
    assert {row["slot"] for row in json.loads(cli("list", "--json").out)["slots"]} == opened


def test_every_slot_has_kinds_and_a_place_in_a_scenario(cli) -> None:
    for row in json.loads(cli("list", "--json").out)["slots"]:
        assert row["kinds"] >= 1 and row["paths"] and row["description"], row


def test_slots_inside_parts_have_their_path(cli) -> None:
    paths = {row["slot"]: row["paths"] for row in json.loads(cli("list", "--json").out)["slots"]}
    assert paths["missing"] == ["aggregator.missing"]
    assert paths["codec"][:3] == ["codec", "codec.inner", "hierarchy.codec"]
    assert paths["optimizer"] == ["learning.local.optimizer"]


def test_the_kinds_of_a_slot_are_those_registered(cli) -> None:
    fading = next(slot for slot in slots() if slot.slot == "fading")
    rows = json.loads(cli("list", "fading", "--json").out)
    assert [row["kind"] for row in rows] == sorted(fading.kinds)
    assert all(row["description"] for row in rows)


def test_the_sections_are_listed_too(cli) -> None:
    shown = [line.split()[0] for line in cli("list").out.splitlines() if line.strip()]
    sections = shown[shown.index("section") + 1 : shown.index("More:")]
    assert {"stop", "radio", "radio.packets", "learning.local", "trace"} <= set(sections)
    assert set(sections) == set(all_sections())  # each is described: test_describe.py


@pytest.mark.parametrize("columns", [60, 80])
def test_a_narrow_terminal_loses_nothing(cli, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    for name, value in {"TTY_COMPATIBLE": "1", "TERM": "dumb", "COLUMNS": str(columns), "LINES": "50"}.items():
        monkeypatch.setenv(name, value)
    rows, shown = json.loads(cli("list", "--json").out)["slots"], cli("list").out
    names, words = [line.rstrip() for line in shown.splitlines()], " ".join(shown.split())
    assert max(map(len, names)) <= columns
    for row in rows:
        assert row["slot"] in names
        assert f"paths: {', '.join(row['paths'])}; kinds: {row['kinds']} {row['description']}" in words


def test_the_tables_show_the_same_in_whole_lines(cli) -> None:
    for words in ((), ("fading",)):
        known, shown = json.loads(cli("list", *words, "--json").out), cli("list", *words).out.splitlines()
        rows = known if words else [*known["slots"], *known["sections"]]
        for row in rows:
            assert any(
                line.split()[0] == next(iter(row.values())) and line.rstrip().endswith(row["description"])
                for line in shown
                if line.strip()
            )


def test_json_holds_the_sections_as_the_table_does(cli) -> None:
    sections = json.loads(cli("list", "--json").out)["sections"]
    assert {"stop", "radio.packets"} <= {row["section"] for row in sections}
    assert all(row["description"] for row in sections)


def test_profiles_are_listed_with_what_they_are_for(cli) -> None:
    rows = json.loads(cli("list", "profiles", "--json").out)
    assert {(row["profile"], row["for"]) for row in rows} >= {("lorawan", "radio"), ("leo_backhaul", "hop")}
    assert all(row["description"] for row in rows)
    assert "nb_iot        radio  NB-IoT, one 180 kHz carrier" in cli("list", "profiles").out
