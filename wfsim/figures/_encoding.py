"""Colours and shapes that tell experiments apart: by the keys that a sweep varied, else one of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wfsim.figures import _style
from wfsim.figures._experiments import Experiment, differing, labels_of
from wfsim.figures._quantity import short_value

_MOST_KEYS = 4
_ABSENT = "none"


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
    """Of experiments of one name that differ in few keys: colour by one key, shape by the others. Else one by one."""
    shared = len({group.name for group in groups}) == 1
    keys = _telling(groups) if shared and len(groups) > 1 else []
    texts = [tuple(_text(group, key) for key in keys) for group in groups]
    told = bool(keys) and len(keys) <= _MOST_KEYS and len(set(texts)) == len(groups)
    return _by_keys(groups, keys) if told else _one_by_one(groups, shared)


def _one_by_one(groups: Sequence[Experiment], shared: bool) -> Encoding:
    labels, palette = labels_of(groups), _style.colours(len(groups))
    looks = [Look(label=label, colour=palette[number], shape=number) for number, label in enumerate(labels)]
    entries = [Entry(label=look.label, colour=look.colour, shape=look.shape) for look in looks]
    title = groups[0].name if shared and len(groups) > 1 else ""
    return Encoding(title=title, looks=looks, sections=[Section(heading="", entries=entries)])


def _by_keys(groups: Sequence[Experiment], keys: Sequence[str]) -> Encoding:
    first, *others = sorted(keys, key=lambda key: not _has_words(groups, key))
    colour_of = _numbered(groups, lambda group: _text(group, first), [first])
    shape_of = _numbered(groups, lambda group: _joined(group, others), others)
    palette = _style.colours(len(colour_of))
    looks = []
    for group in groups:
        colour = colour_of[_text(group, first)]
        shape = shape_of[_joined(group, others)] if others else colour
        looks.append(Look(label=_joined(group, [first, *others]), colour=palette[colour], shape=shape))
    entries = [
        Entry(label=text, colour=palette[number], shape=None if others else number)
        for text, number in colour_of.items()
    ]
    shapes = [Entry(label=text, shape=number) for text, number in shape_of.items()]
    sections = [Section(heading=first, entries=entries), Section(heading=", ".join(others), entries=shapes)]
    return Encoding(title=groups[0].name, looks=looks, sections=sections if others else sections[:1])


def _numbered(groups: Sequence[Experiment], text: Callable[[Experiment], str], keys: Sequence[str]) -> dict[str, int]:
    """Texts in order of their values where those are numbers, else of appearance."""
    ordered = sorted(groups, key=lambda group: [_rank(group.facts.get(key)) for key in keys])
    return {each: number for number, each in enumerate(dict.fromkeys(map(text, ordered)))}


def _rank(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("-inf")


def _has_words(groups: Sequence[Experiment], key: str) -> bool:
    return any(isinstance(group.facts.get(key), str) for group in groups)


def _joined(group: Experiment, keys: Sequence[str]) -> str:
    return ", ".join(_text(group, key) for key in keys)


def _text(group: Experiment, key: str) -> str:
    return short_value(key, group.facts[key]) if key in group.facts else _ABSENT


def _telling(groups: Sequence[Experiment]) -> list[str]:
    """The keys that differ; of more than two only those that others before them do not decide."""
    keys = differing(groups)
    if len(keys) <= 2:
        return keys
    kept: list[str] = []
    for key in keys:
        before = {tuple(_text(group, each) for each in kept) for group in groups}
        after = {tuple(_text(group, each) for each in (*kept, key)) for group in groups}
        kept += [key] if len(after) > len(before) else []
    return kept
