"""The radios of sites: a scenario's `radio`, overlaid by a profile and by what an entry of `radios` says itself."""

from __future__ import annotations

from typing import Any

from wfsim.errors import ScenarioError, UsageError
from wfsim.scenario.merge import merge
from wfsim.scenario.node import Node, wrap
from wfsim.scenario.profiles import profile
from wfsim.scenario.shape import child


def overlaid(schema: Any, root: Node) -> Node:
    """The same nodes with `radio` and every entry of `radios` written out. Raises ScenarioError, naming the place."""
    base = root.child("radio") or Node({}, root.place)
    entries = root.child("radios")
    known = child(schema, root, "radio")
    if known is None or not isinstance(base.value, dict):
        return root
    changed = {"radio": _over_profile(known, base, "radio")}
    if entries is not None and isinstance(entries.value, dict):
        named = {name: _entry(known, base, node, f"radios.{name}") for name, node in entries.value.items()}
        changed["radios"] = Node(named, entries.place)
    return Node({**root.value, **changed}, root.place)


def _entry(known: Any, base: Node, node: Node, path: str) -> Node:
    """The base without its own profile's name, then the entry's profile, then the entry; each key keeps its place."""
    if not isinstance(node.value, dict):
        return node
    return merge(known, _over_profile(known, base, "radio"), _over_profile(known, node, path))


def _over_profile(known: Any, node: Node, path: str) -> Node:
    named = node.child("profile")
    if named is None or not isinstance(named.value, str):
        return node
    try:
        below = profile(named.value)
    except UsageError as error:
        where = {"file": named.place.file, "line": named.place.line, "path": f"{path}.profile"}
        raise ScenarioError(str(error), **where) from None
    return merge(known, wrap(below, named.place), node)
