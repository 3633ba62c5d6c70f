"""The schema and the loader agree, as far as a schema can know."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field, ValidationError

from wfsim.cli._catalogue import Step, Steps, all_sections, all_slots, places
from wfsim.cli._fields import snippet
from wfsim.errors import ScenarioError
from wfsim.part import Section
from wfsim.scenario.find import packaged_folder
from wfsim.scenario.json_schema import json_schema, json_schema_text
from wfsim.scenario.schema import Scenario
from wfsim.scenario.yaml_source import parse_yaml, read_yaml

BROKEN = Path(__file__).parent / "broken"
VALIDATOR = Draft202012Validator(json_schema())

# What only the loader can know: rules over several fields, other files, and NaN, which JSON does not have.
ONLY_THE_LOADER = {"cross_field", "no_end", "extends_itself", "extends_missing", "inherits_an_error", "nan"}

ODD_VALUES = (-1, 0, 1, 0.5, 123456789.5, "x", "", True, None, [], {}, [1], {"x": 1})


def parts() -> Iterator[tuple[type[Section], Steps]]:
    """Every kind and section with a way to it."""
    for path, section in all_sections().items():
        yield section, tuple(Step(key, None) for key in path.split("."))
    for slot in all_slots().values():
        yield from ((kind, places(slot)[0]) for _, kind in sorted(slot.kinds.items()))


EXAMPLES = {
    ".".join([*(step.key for step in steps), model.__name__]): snippet(model, steps) for model, steps in parts()
}


def parsed(text: str) -> Any:
    return parse_yaml(text, "").plain()


def accepted(value: Any) -> bool:
    return VALIDATOR.is_valid(value)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_every_reference_leads_somewhere() -> None:
    schema = json_schema()
    named = {text.split('"')[0] for text in json_schema_text().split('"#/$defs/')[1:]}
    assert named == set(schema["$defs"])


@pytest.mark.parametrize("path", sorted(packaged_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_packaged_scenarios_are_valid(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(read_yaml(path).plain())] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_describe_shows_is_valid(name: str) -> None:
    value = parsed(EXAMPLES[name])
    assert [error.message for error in VALIDATOR.iter_errors(value)] == []
    assert accepted({"extends": "quickstart", **value})


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_broken_scenarios_are_refused_where_a_schema_can_know(path: Path) -> None:
    try:
        value = read_yaml(path).plain()
    except ScenarioError:
        return  # no schema sees what is not YAML
    assert accepted(value) == (path.stem in ONLY_THE_LOADER)


@pytest.mark.parametrize("name", EXAMPLES)
def test_schema_and_loader_agree_on_odd_values(name: str) -> None:
    """No false alarm in the editor; and what it lets through, the loader refuses by a rule written in code."""
    for changed in changes(parsed(EXAMPLES[name])):
        errors = errors_of(changed)
        assert accepted(changed) or errors, changed
        assert not accepted(changed) or errors <= {"value_error"}, (changed, errors)


def changes(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The example with one value at a time replaced by an odd one, every third of them, in turn."""
    for number, path in enumerate(ways(value)):
        for odd in ODD_VALUES[number % 3 :: 3]:
            changed = copy.deepcopy(value)
            *before, last = path
            holder = changed
            for key in before:
                holder = holder[key]
            holder[last] = odd
            yield changed


def ways(value: Any, before: tuple[Any, ...] = (), within: bool = False) -> Iterator[tuple[Any, ...]]:
    """Parts inside a part are not entered: they have examples of their own."""
    is_part = isinstance(value, dict) and "kind" in value
    if is_part and within:
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*before, key)
        yield from ways(item, (*before, key), within or is_part)


def errors_of(value: dict[str, Any]) -> set[str]:
    try:
        Scenario.model_validate(value)
    except ValidationError as error:
        return {detail["type"] for detail in error.errors()}
    return set()


@pytest.mark.parametrize(
    "text",
    [
        "radio: {fading: rician}",
        "radio: {fading: {coherence_s: 0.1}}",  # changes the default
        "codec: {values: fp32}",
        "devices: {compute: {flops_per_s: 1e9}}",  # a bare number
        "devices: {compute: {flops_per_s: {sigma: 1}}}",
        "stop: {rounds: null, time_s: 60}",
        "extends: null",
        "extends: other.yaml\nprotocol: deadline",  # round_s from the other file
        "extends: other.yaml\nprotocol: {kind: deadline}",
        "extends: other.yaml\nradio: {fading: {k_db: 3}}",
        "extends: other.yaml\ntopology: {devices: [{name: a, distance_m: 10}]}",
    ],
)
def test_short_forms_and_changes_are_valid(text: str) -> None:
    assert accepted(parsed(text))


@pytest.mark.parametrize(
    "text",
    [
        "protocol: deadline",  # round_s is required
        "devices: {compute: {flops_per_s: -1}}",
        "radio: {fading: {k_db: 3}}",  # the default is rayleigh
        "extends: 3",
        "extends: other.yaml\nfading: rician",
        "extends: other.yaml\nradio: {fading: {k_factor: 3}}",
        "extends: other.yaml\nradio: {fading: {kind: rayleigh, k_db: 3}}",
        "extends: other.yaml\ntopology: {devices: [{name: a}]}",  # a list replaces the other file's
    ],
)
def test_wrong_kinds_and_keys_are_refused(text: str) -> None:
    assert not accepted(parsed(text))


def test_fields_carry_description_unit_range_and_default() -> None:
    radio = json_schema()["$defs"]["wfsim.scenario.schema.Radio"]["properties"]
    assert radio["bandwidth_hz"] == {
        "description": "band of each direction, Hz",
        "default": 1e6,
        "type": "number",
        "minimum": 1.0,
        "maximum": 1e11,
    }
    assert radio["fading"]["default"] == "rayleigh"


def test_choices_are_enumerated_and_described() -> None:
    definitions = json_schema()["$defs"]
    assert definitions["codec.dense"]["properties"]["values"]["enum"][:2] == ["fp32", "fp16"]
    short = {form["const"]: form["description"] for form in definitions["fading"]["oneOf"] if "const" in form}
    assert {"none", "rayleigh", "rician"} <= set(short)
    assert short["rayleigh"].startswith("No line of sight")


def test_same_bytes_every_time() -> None:
    assert json_schema_text() == json_schema_text()
    assert json_schema_text().endswith("}\n")


class Knob(Section):
    """A turn."""

    turns: tuple[int, ...] = Field((), max_length=2, description="turns")


class Machine(Section):
    """Shapes that no packaged section has."""

    knob: Knob | None = Field(None, description="one")
    knobs: dict[str, Knob] = Field({}, description="many")
    pair: tuple[Knob, int] | None = Field(None, description="a knob and a number")


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ({"knob": None}, True),
        ({"knob": {"turns": [1, 2]}}, True),
        ({"knob": {"turns": [1, 2, 3]}}, False),
        ({"knobs": {"a": {"turns": [1]}}}, True),
        ({"knobs": {"a": {"turn": [1]}}}, False),
        ({"pair": [{"turns": []}, 1]}, True),
        ({"pair": [{"turns": []}]}, False),
        ({"pair": [1, {"turns": []}]}, False),
    ],
)
def test_sections_in_unions_mappings_and_lists(value: dict[str, Any], right: bool) -> None:
    assert Draft202012Validator(json_schema(Machine)).is_valid(value) is right
