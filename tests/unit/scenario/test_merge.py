from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wfsim.errors import ScenarioError
from wfsim.scenario.merge import merge, read_extended
from wfsim.scenario.node import Place, wrap
from wfsim.scenario.schema import Scenario

OLD, NEW = Place("old", 1), Place("new", 2)
RICIAN = {"kind": "rician", "k_db": 3.0}


def merged(old: Any, new: Any) -> Any:
    return merge(Scenario, wrap(old, OLD), wrap(new, NEW)).plain()


def fading(old: Any, new: Any) -> Any:
    return merged({"radio": {"fading": old}}, {"radio": {"fading": new}})["radio"]["fading"]


def test_later_keys_win_and_mappings_merge() -> None:
    assert merged({"seed": 1, "stop": {"rounds": 3}}, {"seed": 2, "stop": {"time_s": 5.0}}) == {
        "seed": 2,
        "stop": {"rounds": 3, "time_s": 5.0},
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (RICIAN, {"coherence_s": 0.1}, {**RICIAN, "coherence_s": 0.1}),
        (RICIAN, {"kind": "rician", "k_db": 5.0}, {"kind": "rician", "k_db": 5.0}),
        (RICIAN, "rician", RICIAN),
        ("rician", {"k_db": 5.0}, {"kind": "rician", "k_db": 5.0}),
        (RICIAN, {"kind": "rayleigh"}, {"kind": "rayleigh"}),
        (RICIAN, "rayleigh", "rayleigh"),
        ("rayleigh", RICIAN, RICIAN),
        (RICIAN, None, None),
        (RICIAN, ["x"], ["x"]),
    ],
)
def test_a_part_merges_with_its_own_kind_and_is_replaced_by_another(old: Any, new: Any, expected: Any) -> None:
    assert fading(old, new) == expected


def test_slots_inside_a_part_follow_the_same_rule() -> None:
    limited = {"kind": "reliable_until_deadline", "max_attempts": 2}
    old = {"radio": {"downlink": {"kind": "broadcast", "transport": limited}}}
    new = {"radio": {"downlink": {"transport": {"kind": "reliable"}}}}
    assert merged(old, new) == {"radio": {"downlink": {"kind": "broadcast", "transport": {"kind": "reliable"}}}}


def test_a_section_with_a_field_called_kind_merges() -> None:
    old, new = {"learning": {"kind": "lora", "adapter": {"rank": 8}}}, {"learning": {"kind": "none"}}
    assert merged(old, new) == {"learning": {"kind": "none", "adapter": {"rank": 8}}}


def test_lists_are_replaced() -> None:
    assert merged({"x": [1, 2]}, {"x": [3]}) == {"x": [3]}
    assert merged({"x": [1, 2]}, {"x": {}}) == {"x": {}}


def test_every_key_keeps_its_own_place() -> None:
    old = wrap({"seed": 1, "stop": {"rounds": 3}, "radio": {"fading": "rician"}}, OLD)
    root = merge(Scenario, old, wrap({"stop": {"time_s": 5.0}, "radio": {"fading": {"k_db": 1.0}}}, NEW))
    paths = ["seed", "stop", "stop.rounds", "stop.time_s", "radio.fading.kind", "radio.fading.k_db"]
    files = [root.deepest(tuple(path.split("."))).place.file for path in paths]
    assert files == ["old", "new", "old", "new", "old", "new"]


def test_extends_a_chain_of_files_beside_the_file(written: Callable[..., Path]) -> None:
    written("seed: 1\nname: a\nstop: {rounds: 3}\n", "a.yaml")
    written("extends: a.yaml\nname: b\n", "b.yaml")
    root = read_extended(Scenario, written("extends: b\nseed: 3\n", "c.yaml"))
    assert root.plain() == {"seed": 3, "name": "b", "stop": {"rounds": 3}}
    assert Path(root.deepest(("stop", "rounds")).place.file).name == "a.yaml"


def test_extending_null_is_extending_nothing(written: Callable[..., Path]) -> None:
    assert read_extended(Scenario, written("extends: null\nseed: 3\n")).plain() == {"seed": 3}


def test_a_circle_is_refused_with_its_chain(written: Callable[..., Path]) -> None:
    written("\nextends: b.yaml\n", "a.yaml")
    path = written("extends: a\n", "b.yaml")
    with pytest.raises(ScenarioError) as caught:
        read_extended(Scenario, path)
    a = path.with_name("a.yaml")
    assert (caught.value.file, caught.value.line, caught.value.path) == (str(a), 2, "extends")
    assert caught.value.message == f"goes in a circle: {path} -> {a} -> {path}"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("[a]", "expected a file or the name of a scenario"),
        ("3", "expected a file"),
        ("nowhere", "no scenario called 'nowhere'"),
        ("''", "'' is a directory"),
    ],
)
def test_what_cannot_be_extended(written: Callable[..., Path], value: str, message: str) -> None:
    path = written(f"seed: 1\nextends: {value}\n")
    with pytest.raises(ScenarioError, match=message) as caught:
        read_extended(Scenario, path)
    assert (caught.value.file, caught.value.line, caught.value.path) == (str(path), 2, "extends")
