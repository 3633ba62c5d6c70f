"""Every slot, where it stands in a scenario, and its kinds; and the sections that are no slots."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, NamedTuple

from wfsim.errors import UsageError, nearest
from wfsim.part import Part, Section, slots
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


def all_sections() -> dict[str, type[Section]]:
    """Sections by their dotted path in a scenario."""
    return dict(_sections(Scenario, ""))


def find(name: str) -> type[Section]:
    """A slot by name or dotted path, or a section by dotted path. Raises UsageError with the nearest match."""
    slots_by_name = all_slots()
    if name in slots_by_name:  # places of all slots take a second to find
        return slots_by_name[name]
    by_path = {dotted(steps): slot for slot in slots_by_name.values() for steps in places(slot)}
    known = by_path | all_sections() | slots_by_name
    if name not in known:
        raise UsageError(f"no slot or section called {name!r}{nearest(name, known)}; wfsim list shows them")
    return known[name]


def find_slot(name: str) -> type[Part]:
    """A slot by name or dotted path. Raises UsageError for a section, and with the nearest match."""
    found = find(name)
    if not issubclass(found, Part):
        raise UsageError(f"{name} is a section, which has no kinds; wfsim describe {name} shows its fields")
    return found


def find_kind(slot: type[Part], name: str) -> type[Part]:
    """A kind of a slot by name. Raises UsageError with the nearest match."""
    if name not in slot.kinds:
        known = ", ".join(sorted(slot.kinds))
        raise UsageError(f"no {slot.slot} called {name!r}{nearest(name, slot.kinds)}; known: {known}")
    return slot.kinds[name]


def text(part: type[Section]) -> str:
    """The docstring of a slot, kind or section."""
    return inspect.cleandoc(part.__doc__ or "")


def headline(part: type[Section]) -> str:
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


def _sections(model: type[Section], before: str) -> Iterator[tuple[str, type[Section]]]:
    for key, field in model.model_fields.items():
        section = section_of(field.annotation)
        if section is not None:
            yield before + key, section
            yield from _sections(section, f"{before}{key}.")


def _walk(model: Any, before: Steps) -> Iterator[tuple[type[Part], Steps]]:
    for key, field in model.model_fields.items():
        slot, section = slot_of(field.annotation), section_of(field.annotation)
        if slot is not None:
            yield from _walk_slot(slot, before, key)
        elif section is not None:
            yield from _walk(section, (*before, Step(key, None)))


def _walk_slot(slot: type[Part], before: Steps, key: str) -> Iterator[tuple[type[Part], Steps]]:
    yield slot, (*before, Step(key, None))
    if any(step.kind is not None and step.kind.slot == slot.slot for step in before):  # a kind may hold its own slot
        return
    for kind in sorted(slot.kinds.values(), key=lambda kind: (_needs_fields(kind), kind.kind)):
        yield from _walk(kind, (*before, Step(key, kind)))


def _needs_fields(kind: type[Part]) -> bool:
    return any(field.is_required() for field in kind.model_fields.values())
