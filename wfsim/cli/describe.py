"""`wfsim describe`: one slot or one kind, in full."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from wfsim.cli._output import AsJson, console, print_json, print_table, say

EXAMPLE = "wfsim describe fading rician"

_HEADER = ("field", "type", "default", "range", "description")


def describe(
    slot: Annotated[str, typer.Argument(metavar="SLOT", help="a slot such as fading (wfsim list shows them)")],
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="a kind such as rician")] = None,
    as_json: AsJson = False,
) -> None:
    """Describe a slot, or a kind with its fields, their ranges and an example in YAML."""
    about = _slot(slot) if kind is None else _kind(slot, kind)
    if as_json:
        print_json(about)
    else:
        (_print_slot if kind is None else _print_kind)(about)


def _slot(name: str) -> dict[str, Any]:
    from wfsim.cli._catalogue import dotted, find_slot, headline, places, text

    slot = find_slot(name)
    return {
        "slot": name,
        "description": text(slot),
        "paths": [dotted(steps) for steps in places(slot)],
        "kinds": {kind: headline(model) for kind, model in sorted(slot.kinds.items())},
    }


def _kind(slot_name: str, name: str) -> dict[str, Any]:
    from wfsim.cli._catalogue import dotted, find_kind, find_slot, places, text
    from wfsim.cli._fields import fields, snippet

    slot = find_slot(slot_name)
    kind, where = find_kind(slot, name), places(slot)
    return {
        "slot": slot_name,
        "kind": name,
        "description": text(kind),
        "paths": [dotted(steps) for steps in where],
        "fields": [*fields(kind)],
        "example": snippet(kind, where[0]),
    }


def _print_slot(about: dict[str, Any]) -> None:
    out = console()
    say(out, f"{about['slot']}: {', '.join(about['paths'])}\n\n{about['description']}\n")
    print_table(out, ("kind", "description"), about["kinds"].items())


def _print_kind(about: dict[str, Any]) -> None:
    out = console()
    say(out, f"{about['slot']} {about['kind']}: {', '.join(about['paths'])}\n\n{about['description']}\n")
    if about["fields"]:
        print_table(out, _HEADER, map(_row, about["fields"]))
        say(out, "")
    say(out, about["example"])


def _row(field: dict[str, Any]) -> tuple[str, ...]:
    from wfsim.cli._fields import flow

    default = flow(field["default"]) if "default" in field else "required" if field["required"] else ""
    return field["name"], field["type"], default, " and ".join(field["range"]), field["description"]
