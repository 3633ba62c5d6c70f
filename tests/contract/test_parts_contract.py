"""What every kind of every slot promises: it survives its YAML form, is frozen, and documents itself."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

import wfsim.scenario.schema  # noqa: F401  (opens every slot)
from wfsim.part import Part, describe_value, slots

_KINDS = [
    pytest.param(slot, kind, id=f"{slot.slot}-{kind}")
    for slot in slots()
    if slot.__module__.startswith("wfsim.")
    for kind in sorted(slot.kinds)
    if slot.kinds[kind].__module__.startswith("wfsim.")
]
pytestmark = pytest.mark.parametrize(("slot", "kind"), _KINDS)


def _part(slot: type[Part], kind: str) -> Part:
    """Required fields take the first of their examples, or 1."""
    fields = slot.kinds[kind].model_fields
    return slot.parse({"kind": kind, **{n: (f.examples or [1])[0] for n, f in fields.items() if f.is_required()}})


def test_survives_its_yaml_form(slot: type[Part], kind: str) -> None:
    part = _part(slot, kind)
    described = json.loads(json.dumps(describe_value(part)))
    assert described["kind"] == kind and slot.parse(described) == part


def test_is_frozen_and_refuses_unknown_fields(slot: type[Part], kind: str) -> None:
    part = _part(slot, kind)
    with pytest.raises(ValidationError):
        slot.parse({**describe_value(part), "no_such_field": 1})
    with pytest.raises(ValidationError):
        part.no_such_field = 1  # type: ignore[attr-defined]


def test_documents_itself(slot: type[Part], kind: str) -> None:
    model = slot.kinds[kind]
    assert model.__doc__ and model.__doc__ != slot.__doc__
    assert all(field.description for field in model.model_fields.values())


def test_is_a_direct_child_of_its_slot(slot: type[Part], kind: str) -> None:
    """Kinds never inherit from kinds: reuse is a function or a field."""
    assert slot.kinds[kind].__bases__ == (slot,)
