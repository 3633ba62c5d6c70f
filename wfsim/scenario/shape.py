"""What a schema class says about a place in a scenario: which slot, which fields, which bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from wfsim.part import Part, Section
from wfsim.scenario.node import KeyPath, Node

_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def slot_of(annotation: Any) -> type[Part] | None:
    """The slot that an annotation (or a member of its union) names, or None."""
    return next((cls for cls in _sections(annotation) if issubclass(cls, Part) and cls._is_slot()), None)


def kind_of(node: Node) -> Any:
    """The kind of a part in its long or short form, None where it says none."""
    kind = node.child("kind") if isinstance(node.value, dict) else node
    return kind.value if kind is not None and isinstance(kind.value, str) else None


def model_of(annotation: Any, node: Node) -> type[Section] | None:
    """The class whose fields are the keys of `node`: the kind of a slot, or a section; None where unknown."""
    slot = slot_of(annotation)
    if slot is not None:
        return slot.kinds.get(kind_of(node))
    return next(_sections(annotation), None)


def child(annotation: Any, node: Node, key: str | int) -> Any:
    """The annotation of what stands under `key` of `node`, with its bounds; None where the schema says nothing."""
    if isinstance(key, int):
        return _item(annotation, key)
    model = model_of(annotation, node)
    if model is None:
        return next((get_args(leaf)[1] for leaf in _leaves(annotation) if get_origin(leaf) is dict), None)
    field = model.model_fields.get(key)
    return Annotated[(field.annotation, *field.metadata, None)] if field is not None else None


def annotation_at(schema: Any, root: Node, path: KeyPath) -> Any:
    """The annotation of the place that `path` leads to, None where the schema says nothing."""
    annotation, node = schema, root
    for key in path:
        annotation, node = child(annotation, node, key), node.child(key) or Node(None, node.place)
    return annotation


def keys_of(annotation: Any, node: Node) -> list[str]:
    """The keys that are valid under `node`."""
    model = model_of(annotation, node)
    kind = ["kind"] if slot_of(annotation) is not None else []
    return kind + list(model.model_fields) if model is not None else kind


def bounds(annotation: Any) -> list[str]:
    """The bounds that an annotation carries, as `>= 0`."""
    args = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return bounds(args[0]) + [text for item in args[1:] for text in signs(_limits(item))]
    return [text for arg in args for text in bounds(arg)] if _is_union(annotation) else []


def signs(limits: Mapping[str, Any]) -> list[str]:
    """`{"ge": 0.0}` as `>= 0`."""
    return [f"{sign} {_number(limits[name])}" for name, sign in _SIGNS.items() if name in limits]


def _limits(item: Any) -> dict[str, Any]:
    return {name: getattr(item, name) for name in _SIGNS if hasattr(item, name)}


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _item(annotation: Any, index: int) -> Any:
    for leaf in _leaves(annotation):
        args = get_args(leaf)
        if get_origin(leaf) is list or (get_origin(leaf) is tuple and args[-1] is Ellipsis):
            return args[0]
        if get_origin(leaf) is tuple and index < len(args):
            return args[index]
    return None


def _sections(annotation: Any) -> Iterator[type[Section]]:
    return (leaf for leaf in _leaves(annotation) if isinstance(leaf, type) and issubclass(leaf, Section))


def _leaves(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif _is_union(annotation):
        for member in get_args(annotation):
            yield from _leaves(member)
    else:
        yield annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)
