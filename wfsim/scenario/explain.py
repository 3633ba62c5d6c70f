"""Pydantic's findings as one sentence for the person at the keyboard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from wfsim.errors import ScenarioError, nearest
from wfsim.scenario.node import KeyPath, Node, path_text
from wfsim.scenario.shape import annotation_at, bounds, keys_of, signs

_MAX_SHOWN = 60
_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "none_required": "null",
}


def explain(error: ValidationError, schema: Any, root: Node) -> ScenarioError:
    """The first error, with the file and line of the deepest key on its path that the scenario holds.

    A missing key comes after other errors, since a misspelt one is both; of a union's errors the deepest counts.
    """
    found = [(_path(detail, root), detail) for detail in error.errors(include_url=False)]
    first, _ = min(found, key=lambda item: item[1]["type"] == "missing")
    path, detail = max((item for item in found if item[0][: len(first)] == first), key=lambda item: len(item[0]))
    path, message = _named_place(path, _message(detail, path, schema, root), schema, root)
    place = root.deepest(path).place
    return ScenarioError(message, file=place.file, line=place.line, path=path_text(path))


def shown(value: Any) -> str:
    """A value in one short line, as YAML spells it where Python differs."""
    words = {True: "true", False: "false", None: "null"}
    text = words[value] if isinstance(value, bool) or value is None else " ".join(repr(value).split())
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 3]}..."


def _path(detail: ErrorDetails, root: Node) -> KeyPath:
    """The location without the names that pydantic adds for the members of a union."""
    path: list[str | int] = []
    node = root
    for key in detail["loc"]:
        below = node.child(key)
        if below is not None:
            path, node = [*path, key], below
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    if detail["type"] == "kind" and node.child("kind") is not None:
        path.append("kind")
    return tuple(path)


def _message(detail: ErrorDetails, path: KeyPath, schema: Any, root: Node) -> str:
    kind, value, context = detail["type"], root.deepest(path).plain(), detail.get("ctx", {})
    expected = _EXPECTED.get(kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float"))
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return _no_such_key(path, schema, root)
    if kind == "finite_number":
        return f"{shown(value)} is not allowed: must be a finite number"
    if kind == "literal_error":
        return _not_in_list(value, context["expected"])
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is not allowed: must match {context['pattern']}"
    if kind == "part_type":
        return f"expected a kind of {context['slot']} or a mapping, got {shown(value)}"
    if signs(context):
        return f"{shown(value)} is not allowed: must be {_range(path, schema, root, context)}"
    return f"expected {expected}, got {shown(value)}" if expected else _own_words(detail["msg"], context)


def _named_place(path: KeyPath, message: str, schema: Any, root: Node) -> tuple[KeyPath, str]:
    """A validator over several fields may begin its message with the dotted key of the one to blame."""
    word, _, rest = message.partition(" ")
    named = tuple(word.split("."))
    blamed = rest and named[0] in keys_of(annotation_at(schema, root, path), root.deepest(path))
    return ((*path, *named), rest) if blamed else (path, message)


def _no_such_key(path: KeyPath, schema: Any, root: Node) -> str:
    parent = annotation_at(schema, root, path[:-1])
    keys = keys_of(parent, root.deepest(path[:-1]))
    hint = nearest(str(path[-1]), keys)
    known = f"; known: {', '.join(keys)}" if keys and not hint else ""
    return f"no such key{hint}{known}"


def _not_in_list(value: Any, expected: str) -> str:
    hint = nearest(str(value), re.findall("'([^']*)'", expected))
    return f"{shown(value)} is not allowed: must be {expected}{hint}"


def _range(path: KeyPath, schema: Any, root: Node, context: Mapping[str, Any]) -> str:
    return " and ".join(bounds(annotation_at(schema, root, path)) or signs(context))


def _own_words(message: str, context: Mapping[str, Any]) -> str:
    """A message written by a part or a validator, on one line and with a long value cut."""
    long = str(context.get("kind", ""))
    if len(long) > _MAX_SHOWN:
        message = message.replace(long, f"{long[: _MAX_SHOWN - 3]}...")
    return " ".join(message.removeprefix("Value error, ").removeprefix("Assertion failed, ").split())
