"""Slots and kinds."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from wfsim import part
from wfsim.part import Part, Section, describe_value, slots


class Shape(Part, slot="test_shape"):
    """A slot for these tests."""


part._SLOTS.pop("test_shape")  # works unlisted, and other tests see the package's own slots only


class Circle(Shape, kind="circle"):
    """A kind with one field."""

    radius_m: float = Field(1.0, gt=0.0, description="radius, m")


class Stack(Shape, kind="stack"):
    """A kind that nests its own slot."""

    inner: Shape
    heights_m: tuple[float, ...] = ()


class Drawing(Section):
    """A section with a slot that has a default."""

    shape: Shape = Circle(radius_m=2.0)
    other: Shape | None = None


def error_of(value: object) -> dict:
    with pytest.raises(ValidationError) as caught:
        Drawing.model_validate(value)
    return caught.value.errors()[0]


def test_a_name_is_a_kind_with_its_defaults() -> None:
    assert Drawing.model_validate({"shape": "circle"}).shape == Circle()


def test_a_kind_registered_later_is_seen() -> None:
    class Square(Shape, kind="square"):
        """Written after Drawing."""

    try:
        assert isinstance(Drawing.model_validate({"shape": {"kind": "square"}}).shape, Square)
    finally:
        del Shape.kinds["square"]


def test_a_mapping_without_kind_changes_the_default() -> None:
    assert Drawing.model_validate({"shape": {}}).shape == Circle(radius_m=2.0)
    assert Drawing.model_validate({"shape": {"radius_m": 3.0}}).shape == Circle(radius_m=3.0)


def test_a_slot_without_default_needs_a_kind() -> None:
    error = error_of({"shape": {"kind": "stack", "inner": {"radius_m": 1.0}}})
    assert (error["loc"], error["type"]) == (("shape", "inner"), "kind_missing")


def test_an_unknown_kind_names_the_nearest() -> None:
    assert "no test_shape called 'circel' (did you mean 'circle'?)" in error_of({"shape": "circel"})["msg"]


@pytest.mark.parametrize("value", [3, True, ["circle"], None])
def test_neither_name_nor_mapping(value: object) -> None:
    assert error_of({"shape": value})["type"] == "part_type"


@pytest.mark.parametrize("radius_m", ["1.0", True, float("nan"), float("inf"), 0.0, None])
def test_numbers_are_strict(radius_m: object) -> None:
    assert error_of({"shape": {"kind": "circle", "radius_m": radius_m}})["loc"] == ("shape", "radius_m")


def test_a_whole_number_does_for_a_float_and_a_list_for_a_tuple() -> None:
    shape = {"kind": "stack", "inner": {"kind": "circle", "radius_m": 2}, "heights_m": [1, 2]}
    assert Drawing.model_validate({"shape": shape}).shape == Stack(inner=Circle(radius_m=2.0), heights_m=(1.0, 2.0))


def test_nested_parts_dump_and_reload_equal() -> None:
    drawing = Drawing(shape=Stack(inner=Stack(inner=Circle(radius_m=5.0)), heights_m=(1.0,)))
    assert Drawing.model_validate(drawing.model_dump(mode="json")) == drawing
    assert describe_value(drawing.shape)["inner"]["inner"] == {"kind": "circle", "radius_m": 5.0}


def test_parts_are_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Circle().radius_m = 2.0


def test_a_kind_cannot_be_taken_twice() -> None:
    with pytest.raises(TypeError, match="already has a kind 'circle'"):

        class Other(Shape, kind="circle"):
            """The name is taken."""


def test_slots_are_listed_by_name() -> None:
    import wfsim.scenario.schema  # noqa: F401 - opens every slot

    names = [slot.slot for slot in slots()]
    assert names == sorted(names)
    assert {"fading", "codec", "protocol"} <= set(names)
