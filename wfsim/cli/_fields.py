"""The fields of a kind or section, and an example of it, for people who write scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from wfsim.cli._catalogue import Steps, item_of, section_of
from wfsim.part import Part, Section, describe_value
from wfsim.scenario.shape import bounds, slot_of

_WORDS = {int: "whole number", float: "number", str: "text", bool: "true or false", NoneType: "null", dict: "mapping"}


def fields(model: type[Section]) -> Iterator[dict[str, Any]]:
    """Name, type, default, range and description of every field, nested sections included.

    `default` is absent where a value is required and where the fields below have their own.
    """
    return _fields(model, example(model), "")


def example(model: type[Section]) -> dict[str, Any]:
    """The YAML form of a kind or section with every field: defaults, and examples where a value is required."""
    made = model.model_validate(_required(model))
    return describe_value(made) if isinstance(made, Part) else made.model_dump(mode="json")


def snippet(model: type[Section], steps: Steps) -> str:
    """YAML that puts the example of a kind or section at its place."""
    value = example(model)
    for step in reversed(steps):
        value = {step.key: value if step.kind is None else {"kind": step.kind.kind, **_required(step.kind), **value}}
    return "\n".join(_yaml(value))


def flow(value: Any) -> str:
    """A value on one line, as YAML reads it.

    >>> flow({"kind": "log_normal", "median": 1e9, "sigma": 0.5}), flow({"kind": "none"}), flow(None)
    ('{kind: log_normal, median: 1e+09, sigma: 0.5}', 'none', 'null')
    """
    if isinstance(value, dict):
        items = ", ".join(f"{key}: {flow(item)}" for key, item in value.items())
        return value["kind"] if value.keys() == {"kind"} else f"{{{items}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _shortest(value) if isinstance(value, float) else str(value)


def type_name(annotation: Any) -> str:
    """`number`, `fp32 | fp16`, `list of text`, `slot missing` ..."""
    origin, args = get_origin(annotation), get_args(annotation)
    slot = annotation if isinstance(annotation, type) else None
    if origin is Annotated:
        return type_name(args[0])
    if origin in (Union, UnionType):
        return " or ".join(map(type_name, args))
    if origin is Literal:
        return " | ".join(map(str, args))
    if origin is tuple:
        return f"list of {type_name(args[0])}" if args[-1] is Ellipsis else f"[{', '.join(map(type_name, args))}]"
    if slot is not None and issubclass(slot, Section):
        return f"slot {slot.slot}" if slot_of(slot) else "mapping"
    return _WORDS[origin or annotation]


def _fields(model: type[Section], values: dict[str, Any], before: str) -> Iterator[dict[str, Any]]:
    for name, field in model.model_fields.items():
        section, own = section_of(field.annotation), _describe(before + name, field)
        if section is not None:
            yield own
            yield from _fields(section, values[name], f"{before}{name}.")
        else:
            yield own if field.is_required() else own | {"default": values[name]}
            yield from _items(before + name, field.annotation)


def _describe(name: str, field: FieldInfo) -> dict[str, Any]:
    annotation = Annotated[(field.annotation, *field.metadata, None)]
    return {
        "name": name,
        "type": type_name(field.annotation),
        "required": field.is_required(),
        "range": bounds(annotation),
        "description": field.description or "",
    }


def _items(name: str, annotation: Any) -> Iterator[dict[str, Any]]:
    """The fields of the sections that a list holds."""
    section = section_of(item_of(annotation))
    for key, field in section.model_fields.items() if section is not None else ():
        yield _describe(f"{name}[].{key}", field)


def _required(model: type[Section]) -> dict[str, Any]:
    return {name: _example(field) for name, field in model.model_fields.items() if field.is_required()}


def _example(field: FieldInfo) -> Any:
    return field.examples[0] if field.examples else field.annotation(1)


def _shortest(value: float) -> str:
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _yaml(value: dict[str, Any], indent: str = "") -> Iterator[str]:
    for key, item in value.items():
        if isinstance(item, dict) and item and item.keys() != {"kind"}:
            yield f"{indent}{key}:"
            yield from _yaml(item, indent + "  ")
        else:
            yield f"{indent}{key}: {flow(item)}"
