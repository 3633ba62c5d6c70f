from __future__ import annotations

from typing import Any

import pytest

from wfsim.errors import ScenarioError, UsageError
from wfsim.radio.fading.rician import Rician
from wfsim.scenario.node import Place, wrap
from wfsim.scenario.overrides import apply_overrides
from wfsim.scenario.schema import Scenario

OLD = {
    "seed": 1,
    "stop": {"rounds": 3},
    "radio": {"fading": {"kind": "rician", "k_db": 3.0}},
    "learning": {"kind": "lora", "adapter": {"rank": 8}},
    "topology": {"kind": "placed", "devices": [{"name": "a", "distance_m": 1.0}, {"name": "b", "distance_m": 2.0}]},
}


def overridden(overrides: Any) -> Any:
    return apply_overrides(Scenario, wrap(OLD, Place("f", 1)), overrides).plain()


@pytest.mark.parametrize(
    ("override", "key", "expected"),
    [
        ("seed=7", "seed", 7),
        ("stop.time_s=1e6", "stop", {"rounds": 3, "time_s": 1e6}),
        ("stop={time_s: 5}", "stop", {"rounds": 3, "time_s": 5}),
        ("stop.rounds=null", "stop", {"rounds": None}),
        ("radio.fading=rayleigh", "radio", {"fading": "rayleigh"}),
        ("radio.fading.kind=rayleigh", "radio", {"fading": {"kind": "rayleigh"}}),
        ("radio.fading.k_db=5", "radio", {"fading": {"kind": "rician", "k_db": 5}}),
        ("radio.fading={kind: rayleigh, coherence_s: 1}", "radio", {"fading": {"kind": "rayleigh", "coherence_s": 1}}),
        ("learning.kind=none", "learning", {"kind": "none", "adapter": {"rank": 8}}),
        ("codec={kind: dense, values: fp16}", "codec", {"kind": "dense", "values": "fp16"}),
        ("x=[1, 2]", "x", [1, 2]),
        ("x=off", "x", "off"),
        ("x=01:30", "x", "01:30"),
        ("x='a: b'", "x", "a: b"),
        ("x=a=b", "x", "a=b"),
    ],
)
def test_values_are_yaml_and_lie_over_the_scenario(override: str, key: str, expected: Any) -> None:
    assert overridden([override]) == {**OLD, key: expected}


def test_a_list_item_is_reached_by_its_index() -> None:
    devices = overridden(["topology.devices[1].distance_m=9"])["topology"]["devices"]
    assert devices == [{"name": "a", "distance_m": 1.0}, {"name": "b", "distance_m": 9}]


def test_overrides_apply_in_order() -> None:
    assert overridden(["radio.fading=rayleigh", "radio.fading.coherence_s=2"])["radio"]["fading"] == {
        "kind": "rayleigh",
        "coherence_s": 2,
    }


def test_python_callers_pass_a_mapping_of_values() -> None:
    assert overridden({"stop.rounds": 5, "radio": {"fading": "rayleigh"}, "x": (1, 2)}) == {
        **OLD,
        "stop": {"rounds": 5},
        "radio": {"fading": "rayleigh"},
        "x": [1, 2],
    }


def test_integer_keys_of_a_mapping_are_no_indices() -> None:
    assert overridden({"topology.devices": {7: "x"}})["topology"]["devices"] == {"7": "x"}


def test_python_callers_may_pass_a_part() -> None:
    part = Rician(k_db=1.0)
    assert overridden({"radio.fading": part})["radio"]["fading"] is part


def test_the_override_is_the_place_of_its_keys() -> None:
    root = apply_overrides(Scenario, wrap(OLD, Place("f", 1)), ["radio.fading.kind=ricain"])
    assert root.deepest(("radio", "fading", "kind")).place == Place("override radio.fading.kind=ricain")
    assert root.deepest(("seed",)).place == Place("f", 1)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("stop.rounds", "override stop.rounds: expected key=value"),
        ("=3", "override =3: '' is not a dotted key"),
        ("stop..rounds=3", "'stop..rounds' is not a dotted key"),
        ("a b=3", "'a b' is not a dotted key"),
        ("[0].a=3", "'[0].a' is not a dotted key"),
        ("a[x]=3", "'a[x]' is not a dotted key"),
        ("seed=", "override seed=: there is no value after `=`"),
        ("seed=# 3", "there is no value after `=`"),
        ("seed=- 3", "the value must be a scalar"),
        ("seed=a: b", "the value must be a scalar"),
        ("seed=[3", "override seed=[3: not valid YAML: "),
        ("seed=!!int 3", "tags such as !!int are not allowed"),
        ("seed=\0", "is not allowed"),
        ("extends=quickstart", "`extends` belongs in a file"),
    ],
)
def test_a_bad_form_is_a_usage_error_that_names_the_argument(argument: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        overridden([argument])
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"override {argument}: ")


def test_one_text_is_not_a_list_of_overrides() -> None:
    with pytest.raises(UsageError, match="not one text"):
        overridden("seed=3")


def test_a_long_override_is_cut_and_stays_on_one_line() -> None:
    with pytest.raises(UsageError) as caught:
        overridden([f"seed=[{'1, ' * 100}\n"])
    assert "\n" not in str(caught.value) and "1, 1, ..." in str(caught.value)


@pytest.mark.parametrize(
    ("argument", "path"),
    [("topology.devices[2].name=x", "topology.devices[2]"), ("nowhere[0]=x", "nowhere[0]"), ("stop[0]=x", "stop[0]")],
)
def test_an_item_must_exist(argument: str, path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        overridden([argument])
    assert str(caught.value) == f"override {argument}: {path}: there is no such item"
