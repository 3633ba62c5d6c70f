"""Dotted overrides: `radio.fading=rayleigh`, `stop.rounds=3`, `topology.sites[0].devices=5`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError, UsageError
from wfsim.scenario.merge import merge
from wfsim.scenario.node import KeyPath, Node, Place, path_text, wrap
from wfsim.scenario.part_lists import KEY, lists_parts, parts_of, read_parts, with_parts
from wfsim.scenario.parts import parts_loaded
from wfsim.scenario.yaml_source import parse_yaml

_KEY = re.compile(r"[^.\[\]=\s]+(\.[^.\[\]=\s]+|\[[0-9]{1,9}\])*")


def apply_overrides(schema: Any, root: Node, overrides: Sequence[str] | Mapping[str, object]) -> Node:
    """A scenario with overrides laid over it in order, by the rules of `extends`.

    `overrides`: `key=value` texts whose values are YAML 1.2 scalars or flow collections, or a mapping from dotted
    key to value. Raises UsageError for a bad form and ScenarioError for a list item that does not exist.
    """
    for path, new in sorted(map(_parsed, _items(overrides)), key=lambda item: item[0] != (KEY,)):  # kinds come first
        root = _laid(schema, root, path, new)
    return root


def alternatives(overrides: Sequence[str] | Mapping[str, object]) -> Iterator[tuple[str, Node]]:
    """Dotted keys and a list node of their values: `key=1,2,3` has three, parted by the commas outside brackets, braces
    and quotes; an item of a mapping has one. Raises UsageError for a bad form.
    """
    for key, value, text in _items(overrides):
        label = f"{key}={value if text is None else text}"
        _path(str(key), label)
        place = Place(_label(label))
        values = [value] if text is None else [_value(piece, label) for piece in _pieces(text)]
        yield str(key), Node([wrap(item, place) for item in values], place)


def lay(schema: Any, root: Node, key: str, new: Node) -> Node:
    """`new` laid over what stands under a dotted key. Raises ScenarioError for a list item that does not exist."""
    return _laid(schema, root, _path(key, key), new)


def is_dotted_key(key: str) -> bool:
    """Whether a text has the form `a.b` or `a[0].b`."""
    return _KEY.fullmatch(key) is not None


def _pieces(text: str) -> list[str]:
    """A text cut at the commas outside brackets, braces and quotes.

    >>> _pieces("1,[2, 3],'a,b',{c: 1, d: 2}")
    ['1', '[2, 3]', "'a,b'", '{c: 1, d: 2}']
    """
    pieces, depth, quote, last = [""], 0, "", ","
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and last in ",:[{":  # elsewhere it is an apostrophe
            quote = character
        depth += (character in "[{") - (character in "]}") if not quote else 0
        last = last if character.isspace() else character
        if character == "," and not depth and not quote:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces


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


def _laid(schema: Any, root: Node, path: KeyPath, new: Node) -> Node:
    if path == (KEY,) and lists_parts(schema):
        return with_parts(root, read_parts(new, Path()))
    _check_items(root, path, new.place)
    with parts_loaded(parts_of(root)):
        return merge(schema, root, _nested(path, new))


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
