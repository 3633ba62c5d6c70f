"""Relative paths in scenario files: what they are relative to."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import Any

from wfsim.local_path import is_path, opened
from wfsim.scenario.node import Node, Place
from wfsim.scenario.shape import child


def resolve_paths(annotation: Any, node: Node) -> Node:
    """The same nodes, every local path absolute: relative to the file that says it, in an override to the directory
    in which wfsim runs. `~` is expanded."""
    if isinstance(node.value, dict):
        below = {key: resolve_paths(child(annotation, node, key), item) for key, item in node.value.items()}
        return Node(below, node.place)
    if isinstance(node.value, list):
        items = [resolve_paths(child(annotation, node, index), item) for index, item in enumerate(node.value)]
        return Node(items, node.place)
    given = isinstance(node.value, str | os.PathLike) and str(node.value) and is_path(annotation)
    return Node(_absolute(str(node.value), node.place), node.place) if given else node


def _absolute(path: str, place: Place) -> str:
    """Overrides have no line; what a file says has one."""
    folder = Path(place.file).parent if place.line is not None else Path()
    return os.path.abspath(folder / opened(path))
