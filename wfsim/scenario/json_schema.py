"""JSON Schema (draft 2020-12) of a scenario file: completion, descriptions and checks in an editor.

A file that extends another is held to less: a mapping may leave out what the other file gives, and a mapping without
`kind` may change any kind. What no schema can know is left to `wfsim validate`: rules over several fields, and
whether a file that is named exists.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from wfsim.part import Part, Section, describe_value
from wfsim.scenario.find import packaged_names
from wfsim.scenario.schema import Scenario
from wfsim.scenario.shape import slot_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_STAND_IN = "wfsim stand-in"  # holds a schema as text, for pydantic would look up its `$ref`

Json = dict[str, Any]


def json_schema(model: type[Section] = Scenario) -> Json:
    """The schema of a file whose top is `model`: every section, slot and kind under `$defs`. Same parts, same bytes."""
    definitions = _Definitions()
    whole, extending = definitions.section(model, whole=True), definitions.section(model, whole=False)
    for reference in (whole, extending):
        definitions.at(reference)["properties"]["extends"] = _extends()
    return {
        "$schema": DIALECT,
        "title": "wfsim scenario",
        "type": "object",
        "if": {"properties": {"extends": {"type": "string"}}, "required": ["extends"]},
        "then": extending,
        "else": whole,
        "$defs": definitions.sorted(),
    }


def json_schema_text(model: type[Section] = Scenario) -> str:
    """`json_schema` as indented JSON that ends with a newline."""
    return json.dumps(json_schema(model), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


class _Definitions:
    """Definitions, each written when it is first referred to. `whole` means: in a file that extends no other."""

    def __init__(self) -> None:
        self._written: dict[str, Json] = {}

    def sorted(self) -> dict[str, Json]:
        return dict(sorted(self._written.items()))

    def at(self, reference: Json) -> Json:
        """The definition that a reference names."""
        return self._written[reference["$ref"].rpartition("/")[2]]

    def section(self, model: type[Section], *, whole: bool) -> Json:
        """A reference to the mapping of a section."""
        return self._refer(f"{model.__module__}.{model.__qualname__}", whole, lambda: self._mapping(model, whole))

    def _refer(self, name: str, whole: bool, write: Callable[[], Json]) -> Json:
        key = name if whole else f"extending.{name}"
        if key not in self._written:
            self._written[key] = {}  # a kind may hold its own slot
            self._written[key] = write()
        return {"$ref": f"#/$defs/{key}"}

    def _mapping(self, model: type[Section], whole: bool) -> Json:
        fields = model.model_fields.items()
        required = [name for name, field in fields if field.is_required() and whole]
        properties = {name: self._field(field, whole) for name, field in fields}
        return _described(model) | _object(properties, required)

    def _slot(self, slot: type[Part], default: Any, whole: bool) -> Json:
        """A reference to a slot; with a default, a mapping without `kind` changes that."""
        reference = self._refer(slot.slot, whole, lambda: self._choice(slot, whole))
        if whole and isinstance(default, Part):
            return {"oneOf": [reference, self._changes(type(default), whole)]}
        return reference

    def _choice(self, slot: type[Part], whole: bool) -> Json:
        kinds = [kind for _, kind in sorted(slot.kinds.items())]
        forms = [*self._short_forms(slot, kinds, whole), *(self._kind(kind, whole) for kind in kinds)]
        if not whole:
            forms.append({"anyOf": [self._changes(kind, whole) for kind in kinds]})
        return _described(slot) | {"oneOf": forms}

    def _short_forms(self, slot: type[Part], kinds: list[type[Part]], whole: bool) -> Iterator[Json]:
        for kind in kinds:
            if not (whole and _needs_fields(kind)):
                yield {"const": kind.kind} | _described(kind)
        yield from (self._field(field, whole) for field in _bare_number(slot))

    def _kind(self, kind: type[Part], whole: bool) -> Json:
        return self._refer(f"{kind.slot}.{kind.kind}", whole, lambda: self._with_kind(kind, whole))

    def _with_kind(self, kind: type[Part], whole: bool) -> Json:
        mapping = self._mapping(kind, whole)
        properties = {"kind": {"const": kind.kind}, **mapping["properties"]}
        return {"title": kind.kind} | mapping | _object(properties, ["kind", *mapping.get("required", ())])

    def _changes(self, kind: type[Part], whole: bool) -> Json:
        """A mapping without `kind`: some fields of this kind."""
        return self._refer(f"{kind.slot}.{kind.kind}.changes", whole, lambda: _optional(self._mapping(kind, whole)))

    def _field(self, field: FieldInfo, whole: bool) -> Json:
        marked = self._marked(field.annotation, field.default, whole)
        schema = _without_stand_ins(TypeAdapter(Annotated[(marked, *field.metadata, None)]).json_schema())
        described = {"description": field.description} if field.description else {}
        return described | _default(field) | schema

    def _marked(self, annotation: Any, default: Any, whole: bool) -> Any:
        """An annotation with a stand-in for every section and slot, so that pydantic can write the rest.

        What stands in a list is whole, for a list replaces the one in the file that is extended.
        """
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is None:
            return self._stand_in(annotation, default, whole)
        if origin is Literal:
            return annotation
        if origin is Annotated:
            return Annotated[(self._marked(args[0], default, whole), *args[1:])]
        inside = whole or origin in (list, tuple)
        marked = tuple(arg if arg is Ellipsis else self._marked(arg, default, inside) for arg in args)
        return Union[marked] if origin in (Union, UnionType) else origin[marked]  # noqa: UP007

    def _stand_in(self, leaf: Any, default: Any, whole: bool) -> Any:
        if not (isinstance(leaf, type) and issubclass(leaf, Section)):
            return leaf
        slot = slot_of(leaf)
        schema = self._slot(slot, default, whole) if slot is not None else self.section(leaf, whole=whole)
        return Annotated[Any, WithJsonSchema({_STAND_IN: json.dumps(schema)})]


def _without_stand_ins(schema: Any) -> Any:
    """The same schema with what the stand-ins stand for."""
    if isinstance(schema, list):
        return [_without_stand_ins(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if _STAND_IN in schema:
        return json.loads(schema[_STAND_IN])
    return {key: _without_stand_ins(value) for key, value in schema.items()}


def _object(properties: Json, required: Sequence[str]) -> Json:
    strict = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**strict, "required": list(required)} if required else strict


def _optional(mapping: Json) -> Json:
    return {key: value for key, value in mapping.items() if key != "required"}


def _needs_fields(kind: type[Part]) -> bool:
    return any(field.is_required() for field in kind.model_fields.values())


def _bare_number(slot: type[Part]) -> Iterator[FieldInfo]:
    """The field that a bare number in this slot fills, if the slot takes one."""
    try:
        part = slot.parse(1.0)
    except ValueError:
        return
    yield from (field for name, field in type(part).model_fields.items() if getattr(part, name) == 1.0)


def _default(field: FieldInfo) -> Json:
    """A value's default; a section has none, for its fields have their own."""
    default = field.default
    if isinstance(default, Part):
        return {"default": _short(describe_value(default), type(default))}
    if field.is_required() or isinstance(default, Section):
        return {}
    return {"default": to_jsonable_python(field.get_default(call_default_factory=True))}


def _short(value: Json, kind: type[Part]) -> Json | str:
    usual = not _needs_fields(kind) and describe_value(kind()) == value
    return kind.kind if usual else value


def _described(model: type[Section]) -> Json:
    text = inspect.cleandoc(model.__doc__ or "")
    return {"description": text} if text else {}


def _extends() -> Json:
    known = {"enum": packaged_names(), "description": "a scenario that comes with wfsim"}
    return {
        "description": "the scenario that this file changes: a file, relative to this one, or a packaged name",
        "anyOf": [known, {"type": "string"}, {"type": "null"}],
    }
