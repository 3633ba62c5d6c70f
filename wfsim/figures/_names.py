"""Experiments in words: the keys that tell them apart, and their values in few letters."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wfsim.figures._quantity import says_what_it_is, short_value
from wfsim.results import facts
from wfsim.results.experiments import Experiment

_ABSENT = "none"


def labels_of(groups: Sequence[Experiment]) -> list[str]:
    """The name of each group; of several groups of one name, also what tells them apart."""
    namesakes: dict[str, list[Experiment]] = {}
    for group in groups:
        namesakes.setdefault(group.name, []).append(group)
    told_apart = {name: iter(_tell_apart(members)) for name, members in namesakes.items()}
    return [next(told_apart[group.name]) for group in groups]


def telling(groups: Sequence[Experiment]) -> list[str]:
    """Keys whose values tell all groups apart, of more than two without those that others before them decide.

    Keys of fewer words come first: they say more by themselves. Keys that only some groups have come with a kind, which
    says it already: they are taken only where nothing else differs. Empty where no keys tell the groups apart.
    """
    for keys in (_with_several_values(groups), facts.differing([group.facts for group in groups])):
        if count(groups, keys) == len(groups):
            kept = keys if len(keys) <= 2 else _undecided(groups, keys)
            return sorted(kept, key=lambda key: key.count("."))
    return []


def count(groups: Sequence[Experiment], keys: Sequence[str]) -> int:
    """Number of different combinations of the values of `keys`."""
    return len({text_of(group, keys) for group in groups})


def text_of(group: Experiment, keys: Sequence[str]) -> str:
    """The value of one key, without its name; of several their `label_of`."""
    if len(keys) == 1:
        return short_value(keys[0], group.facts[keys[0]]) if keys[0] in group.facts else _ABSENT
    return label_of(group, keys)


def label_of(group: Experiment, keys: Sequence[str]) -> str:
    """Values of `keys`, joined; those that do not say what they are follow their key's last word."""
    return ", ".join(_named_value(group, key) for key in keys if key in group.facts) or _ABSENT


def heading_of(keys: Sequence[str]) -> str:
    """Keys by their last two words."""
    return ", ".join(".".join(key.split(".")[-2:]) for key in keys)


def _tell_apart(namesakes: Sequence[Experiment]) -> list[str]:
    """Names with what differs, or the first run's directory where nothing in the scenario does."""
    if len(namesakes) == 1:
        return [namesakes[0].name]
    keys = telling(namesakes)
    if keys:
        return [f"{group.name}, {', '.join(_named_value(group, key) for key in keys)}" for group in namesakes]
    paths = [group.runs[0].path.resolve() for group in namesakes]
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


def _named_value(group: Experiment, key: str) -> str:
    *before, name = key.split(".")
    if key not in group.facts:
        return f"{name} {_ABSENT}"
    value = group.facts[key]
    name = before[-1] if name == "kind" and before else name
    return short_value(key, value) if says_what_it_is(key, value) else f"{name} {short_value(key, value)}"


def _with_several_values(groups: Sequence[Experiment]) -> list[str]:
    values: dict[str, set[str]] = {}
    for group in groups:
        for key, value in group.facts.items():
            values.setdefault(key, set()).add(json.dumps(value))
    return [key for key, several in values.items() if len(several) > 1]


def _undecided(groups: Sequence[Experiment], keys: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for key in keys:
        kept += [key] if count(groups, [*kept, key]) > max(1, count(groups, kept)) else []
    return kept
