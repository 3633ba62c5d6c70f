"""`extends`: one scenario laid over another."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError
from wfsim.scenario.find import find_scenario, not_found
from wfsim.scenario.node import Node
from wfsim.scenario.part_lists import distinct, take_parts, with_parts
from wfsim.scenario.parts import parts_loaded
from wfsim.scenario.shape import child, kind_of, slot_of
from wfsim.scenario.yaml_source import read_yaml


def read_extended(schema: Any, file: Path) -> Node:
    """A file laid over the file it extends, and so on down; `extends` itself is gone. Raises ScenarioError.

    What the files list under `parts` adds up, each path relative to the file that says it.
    """
    layers = _layers(file)
    files = [part for layer in layers for part in take_parts(schema, layer)]
    with parts_loaded(distinct(files)):
        root = functools.reduce(lambda below, above: merge(schema, below, above), layers)
    return with_parts(root, files)


def _layers(file: Path) -> list[Node]:
    """The file at the bottom of a chain of `extends`, what extends it, and so on up to `file`."""
    chain, layers = [file], [read_yaml(file)]
    while (base := _base_file(chain, layers[-1].value.pop("extends", None))) is not None:
        chain.append(base)
        layers.append(read_yaml(base))
    return layers[::-1]


def merge(annotation: Any, old: Node, new: Node) -> Node:
    """`new` laid over `old`, both described by `annotation`: the newer value wins, mappings merge.

    In a slot a newer mapping or short form of another kind replaces the part, one of the same kind merges with it.
    Integer keys, which only overrides write, change items of a list. Every key keeps its own place.
    """
    below, above = (_long_form(old), _long_form(new)) if slot_of(annotation) else (old, new)
    if isinstance(above.value, dict) and isinstance(below.value, dict) and not _replaces(annotation, below, above):
        return _merge_mappings(annotation, below, above)
    if isinstance(old.value, list) and _names_items(new):
        return _merge_items(annotation, old, new)
    return new


def _long_form(node: Node) -> Node:
    return Node({"kind": node}, node.place) if isinstance(node.value, str) else node


def _names_items(node: Node) -> bool:
    return isinstance(node.value, dict) and any(isinstance(key, int) for key in node.value)


def _replaces(annotation: Any, old: Node, new: Node) -> bool:
    return slot_of(annotation) is not None and "kind" in new.value and kind_of(new) != kind_of(old)


def _merge_mappings(annotation: Any, old: Node, new: Node) -> Node:
    merged = Node({**old.value, **new.value}, new.place)
    for key in new.value.keys() & old.value.keys():
        merged.value[key] = merge(child(annotation, merged, key), old.value[key], new.value[key])
    return merged


def _merge_items(annotation: Any, old: Node, new: Node) -> Node:
    items = list(old.value)
    for index, item in new.value.items():
        items[index] = merge(child(annotation, old, index), items[index], item)
    return Node(items, new.place)


def _base_file(chain: list[Path], base: Node | None) -> Path | None:
    if base is None or base.value is None:
        return None
    place = {"file": base.place.file, "line": base.place.line, "path": "extends"}
    if not isinstance(base.value, str):
        raise ScenarioError("expected a file or the name of a scenario", **place)
    folder = chain[-1].parent
    found = find_scenario(base.value, folder, besides=chain[-1])
    if found is None:
        raise ScenarioError(not_found(base.value, folder), **place)
    if found.resolve() in [link.resolve() for link in chain]:
        raise ScenarioError(f"goes in a circle: {' -> '.join(map(str, [*chain, found]))}", **place)
    return found
