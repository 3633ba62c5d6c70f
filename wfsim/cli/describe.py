"""`wfsim describe`: one slot, kind or section, in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli import _completion
from wfsim.cli._output import AsJson, console, print_json, print_table, say
from wfsim.cli._parts import PartFiles, with_kinds_of

if TYPE_CHECKING:
    from wfsim.cli._catalogue import Steps
    from wfsim.part import Part, Section

EXAMPLE = "wfsim describe fading rician"

_HEADER = ("field", "type", "default", "range", "description")


def describe(
    name: Annotated[
        str,
        typer.Argument(
            metavar="SLOT|SECTION",
            help="a slot such as fading or a section such as radio.packets (wfsim list shows them)",
            autocompletion=_completion.slots_and_sections,
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="a kind such as rician", autocompletion=_completion.kinds),
    ] = None,
    parts: PartFiles = None,
    as_json: AsJson = False,
) -> None:
    """Describe a slot; or a kind or a section with its fields, their ranges and an example in YAML."""
    with with_kinds_of(parts):
        about = _about(name, kind)
    if as_json:
        print_json(about)
    else:
        (_print_fields if "fields" in about else _print_slot)(about)


def _about(name: str, kind: str | None) -> dict[str, Any]:
    from wfsim.cli._catalogue import find, find_slot
    from wfsim.part import Part

    if kind is not None:
        return _kind(find_slot(name), kind)
    found = find(name)
    return _slot(found) if issubclass(found, Part) else _section(name, found)


def _slot(slot: type[Part]) -> dict[str, Any]:
    from wfsim.cli._catalogue import dotted, headline, places, text

    return {
        "slot": slot.slot,
        "description": text(slot),
        "paths": [dotted(steps) for steps in places(slot)],
        "kinds": {kind: headline(model) for kind, model in sorted(slot.kinds.items())},
    }


def _kind(slot: type[Part], name: str) -> dict[str, Any]:
    from wfsim.cli._catalogue import dotted, find_kind, places
    from wfsim.scenario.parts import out_of_tree_file

    where, kind = places(slot), find_kind(slot, name)
    about = {"slot": slot.slot, "kind": name, "paths": [dotted(steps) for steps in where]}
    return _from_file(about | {"file": out_of_tree_file(kind)} | _in_full(kind, where[0]))


def _from_file(about: dict[str, Any]) -> dict[str, Any]:
    """With the line in its example that names the out-of-tree file of a kind, if it comes from one."""
    if about["file"] is None:
        return about
    return about | {"example": f"parts: [{json.dumps('./' + about['file'])}]\n{about['example']}"}


def _section(path: str, section: type[Section]) -> dict[str, Any]:
    from wfsim.cli._catalogue import Step

    return {"section": path, **_in_full(section, tuple(Step(key, None) for key in path.split(".")))}


def _in_full(model: type[Section], steps: Steps) -> dict[str, Any]:
    from wfsim.cli._catalogue import text
    from wfsim.cli._fields import fields, snippet

    return {"description": text(model), "fields": [*fields(model)], "example": snippet(model, steps)}


def _print_slot(about: dict[str, Any]) -> None:
    out = console()
    say(out, f"{about['slot']}: {', '.join(about['paths'])}\n\n{about['description']}\n")
    print_table(out, ("kind", "description"), about["kinds"].items())


def _print_fields(about: dict[str, Any]) -> None:
    out, in_section = console(), "section" in about
    title = about["section"] if in_section else f"{about['slot']} {about['kind']}: {', '.join(about['paths'])}"
    say(out, title + (f" (from {about['file']})" if about.get("file") else ""))
    say(out, f"\n{about['description']}\n")
    if about["fields"]:
        print_table(out, _HEADER, (_row(field, kind_alone=in_section) for field in about["fields"]))
        say(out, "")
    say(out, about["example"])


def _row(field: dict[str, Any], *, kind_alone: bool) -> tuple[str, ...]:
    """`kind_alone`: of a slot's default only the kind, for a section holds many and its example shows the rest."""
    return (
        field["name"],
        field["type"],
        _default(field, kind_alone),
        " and ".join(field["range"]),
        field["description"],
    )


def _default(field: dict[str, Any], kind_alone: bool) -> str:
    from wfsim.cli._fields import flow

    if "default" not in field:
        return "required" if field["required"] else ""
    value = field["default"]
    return flow(value["kind"] if kind_alone and isinstance(value, dict) and "kind" in value else value)
