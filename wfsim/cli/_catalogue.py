"""Every slot, where it stands in a scenario, and its kinds."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from wfsim.errors import UsageError, nearest
from wfsim.part import Part, slots
from wfsim.scenario.node import Node, Place
from wfsim.scenario.schema import Scenario
from wfsim.scenario.shape import child, model_of, slot_of

_NOWHERE = Node(None, Place(""))


class Step(NamedTuple):
    """A key on the way to a slot, and the kind that the part under this key must be of (None for a section)."""

    key: str
    kind: type[Part] | None


Steps = tuple[Step, ...]


def all_slots() -> dict[str, type[Part]]:
    """Slots by name."""
    return {slot.slot: slot for slot in slots()}


def find_slot(name: str) -> type[Part]:
    """A slot by name. Raises UsageError with the nearest match."""
    return _find("slot", name, all_slots())


def find_kind(slot: type[Part], name: str) -> type[Part]:
    """A kind of a slot by name. Raises UsageError with the nearest match."""
    return _find(slot.slot, name, slot.kinds)


def _find(what: str, name: str, known: Mapping[str, type[Part]]) -> type[Part]:
    if name not in known:
        raise UsageError(f"no {what} called {name!r}{nearest(name, known)}; known: {', '.join(sorted(known))}")
    return known[name]


def text(part: type[Part]) -> str:
    """The docstring of a slot or kind."""
    return inspect.cleandoc(part.__doc__ or "")


def headline(part: type[Part]) -> str:
    """The first line of the docstring."""
    return text(part).partition("\n")[0]


def places(slot: type[Part]) -> list[Steps]:
    """Where a slot stands in a scenario, shortest way first; of the kinds that hold it, one stands for all."""
    found: dict[str, Steps] = {}
    for holder, steps in _walk(Scenario, ()):
        if holder is slot:
            found.setdefault(dotted(steps), steps)
    return sorted(found.values(), key=len)


def dotted(steps: Steps) -> str:
    """`devices.compute.flops_per_s`."""
    return ".".join(step.key for step in steps)


def item_of(annotation: Any) -> Any:
    """The annotation of a list's items, None for what is no list."""
    return child(annotation, _NOWHERE, 0)


def section_of(annotation: Any) -> Any:
    """The section that an annotation names, None for a slot or a plain value."""
    return model_of(annotation, _NOWHERE)


def _walk(model: Any, before: Steps) -> Iterator[tuple[type[Part], Steps]]:
    for key, field in model.model_fields.items():
        slot, section = slot_of(field.annotation), section_of(field.annotation)
        if slot is not None:
            yield from _walk_slot(slot, before, key)
        elif section is not None:
            yield from _walk(section, (*before, Step(key, None)))


def _walk_slot(slot: type[Part], before: Steps, key: str) -> Iterator[tuple[type[Part], Steps]]:
    yield slot, (*before, Step(key, None))
    for _, kind in sorted(slot.kinds.items()):
        if all(step.kind is not kind for step in before):  # a kind may hold its own slot
            yield from _walk(kind, (*before, Step(key, kind)))
