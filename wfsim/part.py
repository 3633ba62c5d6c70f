"""Slots and kinds: how a model is named in YAML, validated, listed and described.

A *slot* is a place in a scenario (`radio.fading`); a *kind* is one model that fits there (`rayleigh`). A kind is a
frozen pydantic model that is both the schema and the behaviour. Writing one is all it takes to add a model::

    class Nakagami(Fading, kind="nakagami"):
        \"\"\"Block fading whose power gain is Gamma(m, 1/m).\"\"\"
        m: float = Field(ge=0.5, description="shape")

In YAML a part is a mapping with `kind:` and the kind's fields, or just the kind's name when defaults do.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, SerializationInfo, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from wfsim.errors import nearest

_SLOTS: dict[str, type[Part]] = {}


class Section(BaseModel):
    """A block of a scenario with fixed fields: unknown keys, wrong types, NaN and infinities are errors.

    Values are immutable, so sequences are tuples; YAML's lists become tuples on the way in. A mapping without `kind`
    in a slot that has a default changes that default: `codec: {values: fp32}`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, data: Any) -> Any:
        return {key: cls._prepared(key, value) for key, value in data.items()} if isinstance(data, Mapping) else data

    @classmethod
    def _prepared(cls, key: Any, value: Any) -> Any:
        """A list as a tuple; a mapping that names no kind as a change to the slot's default."""
        field = cls.model_fields.get(key) if isinstance(key, str) else None
        if isinstance(value, Mapping) and "kind" not in value and field and isinstance(field.default, Part):
            return {**describe_value(field.default), **value}
        return tuple(value) if isinstance(value, list) else value


class Part(Section):
    """Base of every slot. `class Fading(Part, slot="fading")` opens a slot, `class X(Fading, kind="x")` fills it."""

    slot: ClassVar[str]
    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type[Part]]]

    def __init_subclass__(cls, *, slot: str = "", kind: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)

    @classmethod
    def __pydantic_init_subclass__(cls, *, slot: str = "", kind: str = "", **rest: Any) -> None:
        super().__pydantic_init_subclass__(**rest)
        if slot:
            cls.slot, cls.kinds = slot, {}
            _SLOTS[slot] = cls
        elif kind:
            cls.kind = kind
            register(cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if not cls._is_slot():
            return handler(source)
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(_serialised, info_arg=True)
        )

    @classmethod
    def _is_slot(cls) -> bool:
        return "slot" in cls.__dict__

    @classmethod
    def parse(cls, value: Any) -> Part:
        """A part from its YAML form: an instance, a kind's name, or a mapping with `kind`."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            value = {"kind": value}
        if not isinstance(value, Mapping):
            raise PydanticCustomError(
                "part_type",
                "expected a kind of {slot} or a mapping, got {value}",
                {"slot": cls.slot, "value": repr(value)},
            )
        fields = dict(value)
        if "kind" not in fields:
            raise PydanticCustomError("kind_missing", "needs a `kind`: one of {known}", {"known": cls._known()})
        return cls._find(fields.pop("kind")).model_validate(fields)

    @classmethod
    def _find(cls, kind: Any) -> type[Part]:
        if not isinstance(kind, str) or kind not in cls.kinds:
            raise PydanticCustomError(
                "kind",
                "no {slot} called {kind}{hint}; known: {known}",
                {"slot": cls.slot, "kind": repr(kind), "hint": nearest(str(kind), cls.kinds), "known": cls._known()},
            )
        return cls.kinds[kind]

    @classmethod
    def _known(cls) -> str:
        return ", ".join(sorted(cls.kinds))


def register(kind: type[Part]) -> None:
    """Put a kind into its slot, as defining it does. Raises TypeError where its name is taken by another."""
    taken = kind.kinds.get(kind.kind)
    if taken is not None and (taken.__module__, taken.__qualname__) != (kind.__module__, kind.__qualname__):
        raise TypeError(f"{kind.slot} already has a kind {kind.kind!r}: {taken.__module__}.{taken.__qualname__}")
    kind.kinds[kind.kind] = kind


def describe_value(part: Part) -> dict[str, Any]:
    """The YAML form of a part: its kind and every field, defaults included."""
    return {"kind": part.kind, **part.model_dump(mode="json")}


def _serialised(part: Part, info: SerializationInfo) -> dict[str, Any]:
    return {"kind": part.kind, **part.model_dump(mode="json", context=info.context)}


def load_folder(package: str, path: list[str]) -> None:
    """Import every module of a slot's folder, so that a new file there is all a new kind needs."""
    for module in sorted(info.name for info in pkgutil.iter_modules(path)):
        if not module.startswith("_"):
            importlib.import_module(f"{package}.{module}")


def slots() -> Iterator[type[Part]]:
    """Every slot that has been opened, in order of name."""
    return (_SLOTS[name] for name in sorted(_SLOTS))


@contextmanager
def registry_kept() -> Iterator[None]:
    """Brings back the slots and kinds of the beginning at the end, whatever was registered in between."""
    opened = dict(_SLOTS)
    filled = {name: dict(slot.kinds) for name, slot in opened.items()}
    try:
        yield
    finally:
        _replace(_SLOTS, opened)
        for name, slot in opened.items():
            _replace(slot.kinds, filled[name])


def _replace(old: dict[str, type[Part]], new: dict[str, type[Part]]) -> None:
    old.clear()
    old.update(new)
