"""Dotted overrides: `radio.fading=rayleigh`, `stop.rounds=3`, `topology.sites[0].devices=5`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wfsim.errors import ScenarioError, UsageError
from wfsim.scenario.merge import merge
from wfsim.scenario.node import KeyPath, Node, Place, path_text, wrap
from wfsim.scenario.yaml_source import parse_yaml

_KEY = re.compile(r"[^.\[\]=\s]+(\.[^.\[\]=\s]+|\[[0-9]{1,9}\])*")


def apply_overrides(schema: Any, root: Node, overrides: Sequence[str] | Mapping[str, object]) -> Node:
    """A scenario with overrides laid over it in order, by the rules of `extends`.

    `overrides`: `key=value` texts whose values are YAML 1.2 scalars or flow collections, or a mapping from dotted
    key to value. Raises UsageError for a bad form and ScenarioError for a list item that does not exist.
    """
    for path, new in map(_parsed, _items(overrides)):
        _check_items(root, path, new.place)
        root = merge(schema, root, _nested(path, new))
    return root


def _items(overrides: Sequence[str] | Mapping[str, object]) -> list[tuple[str, object, str | None]]:
    if isinstance(overrides, str):
        raise UsageError("overrides are a list of texts or a mapping, not one text")
    if isinstance(overrides, Mapping):
        return [(key, value, None) for key, value in overrides.items()]
    return [_split(argument) for argument in overrides]


def _split(argument: str) -> tuple[str, object, str | None]:
    key, equals, text = argument.partition("=")
    if not equals:
        raise _bad(argument, "expected key=value")
    return key, None, text


def _parsed(item: tuple[str, object, str | None]) -> tuple[KeyPath, Node]:
    key, value, text = item
    label = f"{key}={value if text is None else text}"
    path = _path(str(key), label)
    place = Place(_label(label))
    return path, wrap(_value(text, label) if text is not None else value, place)


def _path(key: str, label: str) -> KeyPath:
    if not _KEY.fullmatch(key):
        raise _bad(label, f"{key!r} is not a dotted key such as radio.fading or sites[0].name")
    path = tuple(int(word) if bracket == "[" else word for bracket, word in re.findall(r"(\[?)([^.\[\]]+)", key))
    if path[0] == "extends":
        raise _bad(label, "`extends` belongs in a file")
    return path


def _value(text: str, label: str) -> Any:
    try:
        node = parse_yaml(text, "")
    except ScenarioError as error:
        raise _bad(label, error.message) from None
    if node.place.line is None:
        raise _bad(label, "there is no value after `=` (write null for none)")
    if isinstance(node.value, dict | list) and not text.lstrip().startswith(("{", "[")):
        raise _bad(label, "the value must be a scalar, [a list] or {a: mapping}; quote a text that holds `: ` or `- `")
    return node.plain()


def _nested(path: KeyPath, new: Node) -> Node:
    for key in reversed(path):
        new = Node({key: new}, new.place)
    return new


def _check_items(root: Node, path: KeyPath, place: Place) -> None:
    for depth, key in enumerate(path):
        if isinstance(key, int) and not _has_item(root, path[: depth + 1]):
            raise ScenarioError("there is no such item", file=place.file, path=path_text(path[: depth + 1]))


def _has_item(root: Node, path: KeyPath) -> bool:
    node: Node | None = root
    for key in path[:-1]:
        node = node.child(key) if node is not None else None
    return node is not None and isinstance(node.value, list) and node.child(path[-1]) is not None


def _bad(argument: str, reason: str) -> UsageError:
    return UsageError(f"{_label(argument)}: {reason}")


def _label(argument: str) -> str:
    line = " ".join(f"override {argument}".split())
    return line if len(line) <= 120 else f"{line[:117]}..."
