from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field

from wfsim.part import Section
from wfsim.radio.fading import Fading
from wfsim.radio.fading.rayleigh import Rayleigh
from wfsim.radio.fading.rician import Rician
from wfsim.scenario.node import KeyPath, Place, wrap
from wfsim.scenario.shape import annotation_at, bounds, keys_of, kind_of, model_of, slot_of

PLACE = Place("f")


class Site(Section):
    weight: float = Field(ge=0.0, le=1.0)
    fading: Fading


class Tree(Section):
    fading: Fading | None = None
    concrete: Rician
    sites: tuple[Site, ...] = ()
    pair: tuple[int, Site]
    named: dict[str, Site]
    mixed: float | Fading = Field(1.0, gt=0.0)


@pytest.mark.parametrize("annotation", [Fading, Fading | None, float | Fading, Annotated[Fading, "x"]])
def test_finds_the_slot(annotation: Any) -> None:
    assert slot_of(annotation) is Fading


@pytest.mark.parametrize("annotation", [None, float, Site, Rician, tuple[Fading, ...]])
def test_a_concrete_kind_or_a_list_is_no_slot(annotation: Any) -> None:
    assert slot_of(annotation) is None


@pytest.mark.parametrize(
    ("value", "kind"), [("rician", "rician"), ({"kind": "x"}, "x"), ({}, None), ({"kind": 3}, None), (3, None)]
)
def test_kind_in_long_and_short_form(value: Any, kind: str | None) -> None:
    assert kind_of(wrap(value, PLACE)) == kind


def test_the_kind_decides_the_fields_of_a_slot() -> None:
    assert model_of(Fading, wrap({"kind": "rician"}, PLACE)) is Rician
    assert model_of(Fading, wrap("rayleigh", PLACE)) is Rayleigh
    assert model_of(Fading, wrap("ricain", PLACE)) is None
    assert keys_of(Fading, wrap("rician", PLACE)) == ["kind", "k_db", "coherence_s"]
    assert keys_of(Rician, wrap({}, PLACE)) == ["k_db", "coherence_s"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("sites", 0, "weight"), [">= 0", "<= 1"]),
        (("pair", 1, "weight"), [">= 0", "<= 1"]),
        (("named", "x", "weight"), [">= 0", "<= 1"]),
        (("mixed",), ["> 0"]),
        (("fading", "k_db"), [">= -60", "<= 60"]),
        (("sites", 0, "fading", "coherence_s"), ["> 0"]),
        (("fading", "nothing"), []),
        (("pair", 2), []),
        (("nothing", "below"), []),
    ],
)
def test_walks_to_the_bounds_of_a_field(path: KeyPath, expected: list[str]) -> None:
    root = wrap({"fading": {"kind": "rician"}, "sites": [{"fading": "rayleigh"}], "pair": [1, {}]}, PLACE)
    assert bounds(annotation_at(Tree, root, path)) == expected
