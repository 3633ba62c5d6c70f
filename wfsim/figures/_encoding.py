"""Colours and shapes that tell experiments apart: by the keys that a sweep varied, else one of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from wfsim.figures import _style
from wfsim.figures._names import count, heading_of, label_of, labels_of, telling, text_of
from wfsim.results.experiments import Experiment

_MOST_KEYS = 8  # that are split into two; 128 ways


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one experiment is drawn, and its name; `shape` numbers markers and strokes."""

    label: str
    colour: Any
    shape: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of a legend. Without a colour it explains a shape, without a shape a colour; a blank one only says."""

    label: str
    colour: Any = None
    shape: int | None = None
    blank: bool = False


@dataclass(frozen=True, kw_only=True)
class Section:
    """Lines of a legend under a heading, which is empty where each line says everything."""

    heading: str
    entries: list[Entry]


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """One look per experiment, and what the legend says. `title` is the name they share, empty where there is none."""

    title: str
    looks: list[Look]
    sections: list[Section]


def encode(groups: Sequence[Experiment]) -> Encoding:
    """Of experiments of one name: colour by some of the keys that differ, shape by the others. Else one by one."""
    shared = len({group.name for group in groups}) == 1
    keys = telling(groups) if shared and len(groups) > 1 else []
    return _by_keys(groups, *_split(groups, keys)) if keys else _one_by_one(groups, shared)


def _one_by_one(groups: Sequence[Experiment], shared: bool) -> Encoding:
    labels, palette = labels_of(groups), _style.colours(len(groups))
    looks = [Look(label=label, colour=palette[number], shape=number) for number, label in enumerate(labels)]
    entries = [Entry(label=look.label, colour=look.colour, shape=look.shape) for look in looks]
    title = groups[0].name if shared and len(groups) > 1 else ""
    return Encoding(title=title, looks=looks, sections=[Section(heading="", entries=entries)])


def _by_keys(groups: Sequence[Experiment], first: Sequence[str], others: Sequence[str]) -> Encoding:
    colour_of, shape_of = _numbered(groups, first), _numbered(groups, others)
    palette = _style.colours(len(colour_of))
    looks = []
    for group in groups:
        colour = colour_of[text_of(group, first)]
        shape = shape_of[text_of(group, others)] if others else colour
        looks.append(Look(label=label_of(group, [*first, *others]), colour=palette[colour], shape=shape))
    entries = [
        Entry(label=text, colour=palette[number], shape=None if others else number)
        for text, number in colour_of.items()
    ]
    shapes = [Entry(label=text, shape=number) for text, number in shape_of.items()]
    sections = [
        Section(heading=heading_of(first), entries=entries),
        Section(heading=heading_of(others), entries=shapes),
    ]
    return Encoding(title=groups[0].name, looks=looks, sections=sections if others else sections[:1])


def _split(groups: Sequence[Experiment], keys: Sequence[str]) -> tuple[list[str], list[str]]:
    """Keys for the colour and keys for the shape, which may be none: a full factorial, else the shortest legend."""
    sizes = range(len(keys) // 2 + 1) if len(keys) <= _MOST_KEYS else (0,)
    parts = [([key for key in keys if key not in part], list(part)) for n in sizes for part in combinations(keys, n)]
    first, others = min(parts, key=lambda part: _length(groups, *part))
    if not others:
        return first, others
    first, others = sorted((first, others), key=lambda part: not _has_words(groups, part))
    swapped = count(groups, others) > len(_style.MARKERS) >= count(groups, first)
    return (others, first) if swapped else (first, others)


def _length(groups: Sequence[Experiment], first: Sequence[str], others: Sequence[str]) -> tuple[bool, int, int]:
    """Whether combinations are missing, lines of the legend, and combinations."""
    colours, shapes = count(groups, first), count(groups, others) if others else 0
    return colours * shapes != len(groups), colours + max(shapes, 1), colours * max(shapes, 1)


def _numbered(groups: Sequence[Experiment], keys: Sequence[str]) -> dict[str, int]:
    """Texts in order of their values where all those are numbers, else of appearance."""
    words = _has_words(groups, keys)
    ordered = groups if words else sorted(groups, key=lambda group: [_rank(group.facts.get(key)) for key in keys])
    return {each: number for number, each in enumerate(dict.fromkeys(text_of(group, keys) for group in ordered))}


def _rank(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("-inf")


def _has_words(groups: Sequence[Experiment], keys: Sequence[str]) -> bool:
    return any(isinstance(group.facts.get(key), str | list) for group in groups for key in keys)
