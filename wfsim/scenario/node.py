"""What a file says and where it says it: plain values, each with the file and line of its own key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A file (or an override's text) and a line that counts from 1, None where lines mean nothing."""

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Node:
    """A scalar, a list of nodes or a dict of nodes, and where its key stands."""

    value: Any
    place: Place

    def plain(self) -> Any:
        """The value as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def child(self, key: str | int) -> Node | None:
        """What stands under a key or an index, or None."""
        if isinstance(self.value, dict):
            return self.value.get(key)
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def deepest(self, path: KeyPath) -> Node:
        """The node at the longest beginning of `path` that exists."""
        node = self
        for key in path:
            below = node.child(key)
            if below is None:
                break
            node = below
        return node


def wrap(value: Any, place: Place) -> Node:
    """A plain value as nodes that all stand at one place; keys become text, NumPy scalars plain numbers."""
    if isinstance(value, Mapping):
        return Node({str(key): wrap(item, place) for key, item in value.items()}, place)
    if isinstance(value, list | tuple):
        return Node([wrap(item, place) for item in value], place)
    return Node(value.item() if isinstance(value, np.generic) else value, place)


def path_text(path: KeyPath) -> str:
    """How a path is shown: `sites[0].name`.

    >>> path_text(("sites", 0, "name"))
    'sites[0].name'
    """
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return " ".join(text.removeprefix(".").split())
