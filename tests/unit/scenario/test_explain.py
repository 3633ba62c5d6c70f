from __future__ import annotations

import math
from typing import Any, Literal

import pytest
from pydantic import Field, ValidationError, model_validator

from wfsim.part import Section
from wfsim.radio.fading import Fading
from wfsim.scenario.explain import explain, shown
from wfsim.scenario.node import Place, wrap


class Site(Section):
    name: str
    devices: int = Field(1, ge=1, le=9)


class Tree(Section):
    count: int = Field(1, ge=0)
    ratio: float = Field(0.5, gt=0.0, le=1.0)
    flag: bool = False
    mode: Literal["fast", "slow"] = "fast"
    label: str = Field("a", pattern="^[a-z]+$")
    sites: tuple[Site, ...] = ()
    fading: Fading | None = None
    mixed: float | Fading = Field(1.0, gt=0.0)
    names: str | tuple[str, ...] = "all"
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Tree:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low must not exceed high\n(they are in the wrong order)")
        if self.low == 13.0:
            raise ValueError("thirteen is not served")
        return self


def explained(value: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Tree.model_validate(value)
    return str(explain(caught.value, Tree, wrap(value, Place("f", 1))))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"count": -3}, "count: -3 is not allowed: must be >= 0"),
        ({"ratio": 1.5}, "ratio: 1.5 is not allowed: must be > 0 and <= 1"),
        ({"ratio": math.nan}, "ratio: nan is not allowed: must be a finite number"),
        ({"ratio": math.inf}, "ratio: inf is not allowed: must be a finite number"),
        ({"ratio": "1"}, "ratio: expected a number, got '1'"),
        ({"ratio": True}, "ratio: expected a number, got true"),
        ({"ratio": None}, "ratio: expected a number, got null"),
        ({"count": True}, "count: expected a whole number, got true"),
        ({"count": 5.0}, "count: expected a whole number, got 5.0"),
        ({"count": "x" * 99}, f"count: expected a whole number, got '{'x' * 56}..."),
        ({"flag": "off"}, "flag: expected true or false, got 'off'"),
        ({"label": 3}, "label: expected text, got 3"),
        ({"label": "A b"}, "label: 'A b' is not allowed: must match ^[a-z]+$"),
        ({"mode": "fats"}, "mode: 'fats' is not allowed: must be 'fast' or 'slow' (did you mean 'fast'?)"),
        ({"sites": {"a": 1}}, "sites: expected a list, got {'a': 1}"),
        ({"sites": [3]}, "sites[0]: expected a mapping, got 3"),
        ({"sites": [{"name": "b", "devices": 10}]}, "sites[0].devices: 10 is not allowed: must be >= 1 and <= 9"),
        ({"sites": [{"devices": 2}]}, "sites[0].name: is required"),
        ({"sites": [{"nmae": "a"}]}, "sites[0].nmae: no such key (did you mean 'name'?)"),
        ({"zzz": 1}, f"zzz: no such key; known: {', '.join(Tree.model_fields)}"),
        ({"fading": "ricain"}, "fading: no fading called 'ricain' (did you mean 'rician'?)"),
        ({"fading": {"kind": "ricain"}}, "fading.kind: no fading called 'ricain' (did you mean 'rician'?)"),
        ({"fading": {"kind": "y" * 99}}, f"fading.kind: no fading called '{'y' * 56}...; known"),
        ({"fading": {"k_db": 1.0}}, "fading: needs a `kind`: one of blockage, clarke, none, "),
        ({"fading": [1, 2]}, "fading: expected a kind of fading or a mapping, got [1, 2]"),
        ({"fading": {"kind": "rician", "k_bd": 1.0}}, "fading.k_bd: no such key (did you mean 'k_db'?)"),
        ({"fading": {"kind": "rician", "k_db": 61.0}}, "fading.k_db: 61.0 is not allowed: must be >= -60 and <= 60"),
        ({"mixed": {"kind": "rician", "k_db": 61.0}}, "mixed.k_db: 61.0 is not allowed: must be >= -60 and <= 60"),
        ({"mixed": {"kind": "ricain"}}, "mixed.kind: no fading called 'ricain'"),
        ({"mixed": -1.0}, "mixed: -1.0 is not allowed: must be > 0"),
        ({"names": ["a", 3]}, "names[1]: expected text, got 3"),
        ({"low": 2.0, "high": 1.0}, "low: must not exceed high (they are in the wrong order)"),
    ],
)
def test_one_line_with_path_value_and_what_is_allowed(value: dict[str, Any], expected: str) -> None:
    text = explained(value)
    assert text.startswith(f"f:1: {expected}")
    assert "\n" not in text


def test_a_validator_that_names_no_key_speaks_for_the_whole_mapping() -> None:
    assert explained({"low": 13.0}) == "f:1: thirteen is not served"


def test_an_integer_is_a_number() -> None:
    assert Tree.model_validate({"ratio": 1}).ratio == 1.0


def test_values_are_shown_as_yaml_spells_them() -> None:
    shown_values = [shown(value) for value in (True, False, None, 1e6, "a\nb")]
    assert shown_values == ["true", "false", "null", "1000000.0", r"'a\nb'"]
