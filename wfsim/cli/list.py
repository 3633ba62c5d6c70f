"""`wfsim list`: what can be put into a scenario."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli import _completion
from wfsim.cli._output import AsJson, console, print_json, print_table, say
from wfsim.cli._parts import PartFiles, with_kinds_of

if TYPE_CHECKING:
    from wfsim.part import Part

EXAMPLE = "wfsim list fading"

_PROFILES = "profiles"

SlotName = Annotated[
    str | None,
    typer.Argument(
        metavar="SLOT", help="a slot such as fading; all slots without it", autocompletion=_completion.slot_names
    ),
]


def list_parts(slot: SlotName = None, parts: PartFiles = None, as_json: AsJson = False) -> None:
    """List every slot and section of a scenario, or the kinds of one slot; with --parts, those of your files too.

    `wfsim list profiles` lists packaged radios and hops.
    """
    if slot == _PROFILES:
        _list_profiles(as_json)
        return
    with with_kinds_of(parts):
        rows = _slots(bool(parts)) if slot is None else _kinds(slot, bool(parts))
    sections = _sections() if slot is None else []
    if as_json:
        print_json(rows if slot is not None else {"slots": rows, "sections": sections})
        return
    _print(rows)
    if sections:
        say(console(), "")
        _print(sections)
    say(console(), f"\nMore: {_more(slot, parts or ())}")


def _list_profiles(as_json: bool) -> None:
    from wfsim.scenario.profiles import profiles, summary

    rows = [
        {"profile": name, "for": section, "description": summary(name)}
        for section in ("radio", "hop")
        for name in profiles(section)
    ]
    if as_json:
        print_json(rows)
        return
    _print(rows)
    say(console(), "\nUse: radios: {NAME: {profile: PROFILE}}, and the settings that differ; a hop's are copied")


def _more(slot: str | None, parts: Sequence[Path]) -> str:
    """The commands that say more."""
    options = [word for file in parts for word in ("--parts", str(file))]
    lead = ["wfsim list SLOT, wfsim describe SLOT|SECTION"] if slot is None else ["wfsim describe", slot, "KIND"]
    return " ".join([*lead, *map(shlex.quote, options)])


def _slots(with_files: bool) -> list[dict[str, Any]]:
    from wfsim.cli._catalogue import all_slots, dotted, headline, places

    return [
        {
            "slot": name,
            "paths": [dotted(steps) for steps in places(slot)],
            "kinds": len(slot.kinds),
            **({"out_of_tree": [kind for kind in sorted(slot.kinds) if _file(slot.kinds[kind])]} if with_files else {}),
            "description": headline(slot),
        }
        for name, slot in all_slots().items()
    ]


def _sections() -> list[dict[str, Any]]:
    from wfsim.cli._catalogue import all_sections, headline

    return [{"section": path, "description": headline(section)} for path, section in all_sections().items()]


def _kinds(name: str, with_files: bool) -> list[dict[str, Any]]:
    from wfsim.cli._catalogue import find_slot, headline

    return [
        {"kind": kind, **({"file": _file(model)} if with_files else {}), "description": headline(model)}
        for kind, model in sorted(find_slot(name).kinds.items())
    ]


def _file(kind: type[Part]) -> str:
    """The out-of-tree file of a kind; empty for one of wfsim's own."""
    from wfsim.scenario.parts import out_of_tree_file

    return out_of_tree_file(kind) or ""


def _print(rows: list[dict[str, Any]]) -> None:
    print_table(console(), tuple(rows[0]), (tuple(map(_text, row.values())) for row in rows))


def _text(value: str | int | list[str]) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
