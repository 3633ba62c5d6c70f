"""Radios and links that users know by name: settings with their sources, one YAML file each.

A file holds either `radio:`, settings that a scenario's `radio` or an entry of its `radios` takes over by
`profile: NAME`, or `hop:`, a link between fixed nodes to copy into a topology. A new file is a new profile.
"""

from __future__ import annotations

import copy
import functools
from pathlib import Path
from typing import Any, Literal

from wfsim.errors import UsageError, nearest

Section = Literal["radio", "hop"]


def profile(name: str, section: Section = "radio") -> dict[str, Any]:
    """The settings of a profile, as a scenario would say them. Raises UsageError for a name that is no such profile."""
    known = profiles(section)
    if name not in known:
        raise UsageError(f"no {section} profile called {name!r}{nearest(name, known)}; known: {', '.join(known)}")
    return copy.deepcopy(_read()[name][section])


def profiles(section: Section = "radio") -> list[str]:
    """The names of the profiles for a radio or for a hop."""
    return sorted(name for name, values in _read().items() if section in values)


def summary(name: str) -> str:
    """One line on a profile: the first comment of its file."""
    first = _file(name).read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("#").strip()


@functools.cache
def _read() -> dict[str, dict[str, Any]]:
    from ruamel.yaml import YAML

    reader = YAML(typ="safe", pure=True)
    return {file.stem: reader.load(file.read_text(encoding="utf-8")) for file in Path(__file__).parent.glob("*.yaml")}


def _file(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.yaml")
