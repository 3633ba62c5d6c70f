"""Reads YAML 1.2 from people: plain data and the line of every key, or one error with file and line.

It builds from ruamel.yaml's events rather than its objects, so that nothing is constructed before it was counted.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from wfsim.errors import ScenarioError
from wfsim.scenario.node import Node, Place
from wfsim.scenario.scalars import Scalar, plain_scalar

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 50
_CORE_TAG = "tag:yaml.org,2002:"
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_yaml(path: Path) -> Node:
    """The mapping in a file. Raises ScenarioError for anything that is not one UTF-8 YAML 1.2 mapping."""
    root = parse_yaml(_text(path), str(path))
    if root.value is None:
        raise ScenarioError("the file is empty", file=str(path))
    if not isinstance(root.value, dict):
        raise ScenarioError("expected a mapping of keys to values at the top", file=str(path), line=root.place.line)
    return Node(root.value, Place(str(path)))


def parse_yaml(text: str, file: str) -> Node:
    """The one document in a text, null where there is none. Raises ScenarioError; `file` is what errors name."""
    bad = _UNPRINTABLE.search(text)
    if bad:
        raise ScenarioError(f"the character {bad.group()!r} is not allowed", file=file, line=_line(text, bad.start()))
    try:
        return _Builder(text, file).document()
    except YAMLError as error:
        raise _syntax_error(error, file) from None


def _text(path: Path) -> str:
    data = _bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError("not UTF-8 text", file=str(path), line=line) from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(f"cannot be read: {reason}", file=str(path)) from None
    if len(data) > MAX_BYTES:
        raise ScenarioError(f"larger than {MAX_BYTES} bytes", file=str(path))
    return data


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _syntax_error(error: YAMLError, file: str) -> ScenarioError:
    problem = " ".join(str(getattr(error, "problem", None) or error).split())
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if "'\\t'" in problem:
        problem = "a tab cannot start a value; indent with spaces"
    elif mark and opened and opened.line < mark.line:
        problem += f" ({error.context} that begins on line {opened.line + 1})"
    return ScenarioError(f"not valid YAML: {problem}", file=file, line=mark.line + 1 if mark else None)


class _Builder:
    """Nodes from events, counted as they are expanded."""

    def __init__(self, text: str, file: str) -> None:
        self._events = YAML(typ="safe", pure=True).parse(text)
        self._file = file
        self._count = 0
        self._anchors: dict[str, tuple[Node, int, int] | None] = {}

    def document(self) -> Node:
        """The only document of the stream."""
        next(self._events)
        start = next(self._events)
        if isinstance(start, StreamEndEvent):
            return Node(None, Place(self._file))
        if start.version not in (None, (1, 2)):
            self._fail("only YAML 1.2 is read", start)
        root = self._node(next(self._events), 0)
        next(self._events)
        if isinstance(extra := next(self._events), DocumentStartEvent):
            self._fail("a second document begins here; a file holds one", extra)
        return root

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        if event.tag is not None:
            self._fail(f"tags such as {event.tag[:60].replace(_CORE_TAG, '!!')} are not allowed", event)
        self._grow(1, depth, event)
        if event.anchor is None:
            return self._value(event, depth)
        return self._anchored(event, depth)

    def _anchored(self, event: Any, depth: int) -> Node:
        self._anchors[event.anchor] = None
        before = self._count
        node = self._value(event, depth)
        self._anchors[event.anchor] = node, self._count - before + 1, _height(node)
        return node

    def _alias(self, event: Any, depth: int) -> Node:
        known = self._anchors.get(event.anchor)
        if known is None:
            problem = "contains itself" if event.anchor in self._anchors else "names no anchor above it"
            self._fail(f"the alias *{event.anchor[:60]} {problem}", event)
        node, count, height = known
        self._grow(count, depth + height, event)
        return Node(node.value, self._place(event))

    def _value(self, event: Any, depth: int) -> Node:
        if isinstance(event, ScalarEvent):
            return Node(self._scalar(event), self._place(event))
        build = self._mapping if isinstance(event, MappingStartEvent) else self._sequence
        return Node(build(depth + 1), self._place(event))

    def _scalar(self, event: ScalarEvent) -> Scalar:
        if not event.implicit[0]:
            return event.value
        try:
            return plain_scalar(event.value)
        except ValueError as error:
            self._fail(f"{error} is not allowed", event)

    def _sequence(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, depth))
        return items

    def _mapping(self, depth: int) -> dict[str, Node]:
        children: dict[str, Node] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, children)
            children[key] = Node(self._node(next(self._events), depth).value, self._place(event))
        return children

    def _key(self, event: Any, taken: dict[str, Node]) -> str:
        if not isinstance(event, ScalarEvent) or event.tag is not None:
            self._fail("a key must be plain text", event)
        key = self._scalar(event)
        if not isinstance(key, str):
            self._fail(f"a key must be text, got {event.value[:60] or 'nothing'}", event)
        if key in taken:
            self._fail(f"the key {key[:60]!r} is already on line {taken[key].place.line}", event)
        return key

    def _grow(self, count: int, depth: int, event: Any) -> None:
        self._count += count
        if self._count > MAX_NODES:
            self._fail(f"more than {MAX_NODES} values once aliases are expanded", event)
        if depth > MAX_DEPTH:
            self._fail(f"nested deeper than {MAX_DEPTH} levels", event)

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1)

    def _fail(self, message: str, event: Any) -> NoReturn:
        raise ScenarioError(message, file=self._file, line=event.start_mark.line + 1)


def _height(node: Node) -> int:
    children = node.value.values() if isinstance(node.value, dict) else node.value
    return 1 + max(map(_height, children), default=0) if isinstance(node.value, dict | list) else 0
