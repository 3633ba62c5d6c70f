from __future__ import annotations

import wfsim.scenario.schema  # noqa: F401 - opens every slot
from wfsim.cli._catalogue import dotted, places
from wfsim.control import Controller
from wfsim.control.local_work import LocalWork


def test_a_slot_inside_its_own_kinds_stands_there_once() -> None:
    """A controller may hold another one, as its selection, and that one no further: paths do not grow without end."""
    assert [dotted(steps) for steps in places(Controller)] == ["controller", "controller.selection"]
    assert [dotted(steps) for steps in places(LocalWork)] == ["controller.local_work"]


def test_the_kind_that_stands_for_all_needs_nothing() -> None:
    """Its examples show the slot and not fields that some holder requires."""
    holder = places(LocalWork)[0][0].kind
    assert holder is not None and not any(field.is_required() for field in holder.model_fields.values())
