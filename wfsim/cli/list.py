"""`wfsim list`: what can be put into a scenario."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from wfsim.cli._output import AsJson, console, print_json, print_table, say

EXAMPLE = "wfsim list fading"

SlotName = Annotated[str | None, typer.Argument(metavar="SLOT", help="a slot such as fading; all slots without it")]


def list_parts(slot: SlotName = None, as_json: AsJson = False) -> None:
    """List every slot and section of a scenario, or the kinds of one slot."""
    rows = _slots() if slot is None else _kinds(slot)
    if as_json:
        print_json(rows)
        return
    _print(rows)
    if slot is None:
        say(console(), "")
        _print(_sections())
    say(
        console(),
        f"\nMore: wfsim {'list SLOT, wfsim describe SLOT|SECTION' if slot is None else f'describe {slot} KIND'}",
    )


def _slots() -> list[dict[str, Any]]:
    from wfsim.cli._catalogue import all_slots, dotted, headline, places

    return [
        {
            "slot": name,
            "paths": [dotted(steps) for steps in places(slot)],
            "kinds": len(slot.kinds),
            "description": headline(slot),
        }
        for name, slot in all_slots().items()
    ]


def _sections() -> list[dict[str, Any]]:
    from wfsim.cli._catalogue import all_sections, headline

    return [{"section": path, "description": headline(section)} for path, section in all_sections().items()]


def _kinds(name: str) -> list[dict[str, Any]]:
    from wfsim.cli._catalogue import find_slot, headline

    return [{"kind": kind, "description": headline(model)} for kind, model in sorted(find_slot(name).kinds.items())]


def _print(rows: list[dict[str, Any]]) -> None:
    print_table(console(), tuple(rows[0]), (tuple(map(_text, row.values())) for row in rows))


def _text(value: str | int | list[str]) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
