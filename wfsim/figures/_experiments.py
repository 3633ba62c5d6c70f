"""Which runs repeat one experiment, and what each experiment is called in a legend."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wfsim.results.directory import Run

_ASIDE = {"seed", "learning.engine.chunk_jobs", "learning.engine.chunk_workers"}  # these make no other experiment
_MOST_KEYS = 2

Facts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Runs that differ in nothing but their seeds. `facts` are the values of their scenario by dotted key."""

    name: str
    facts: Facts
    runs: list[Run]


def experiments(runs: Sequence[Run]) -> list[Experiment]:
    """Runs grouped by resolved scenario, in order of each group's first run; by name where they kept no scenario."""
    found: dict[str, Experiment] = {}
    for run in runs:
        facts = _facts(run)
        identity = json.dumps(facts, sort_keys=True)
        found.setdefault(identity, Experiment(name=run.name, facts=facts, runs=[])).runs.append(run)
    return list(found.values())


def labels_of(groups: Sequence[Experiment]) -> list[str]:
    """The name of each group; of several groups of one name, also what tells them apart."""
    namesakes: dict[str, list[Experiment]] = {}
    for group in groups:
        namesakes.setdefault(group.name, []).append(group)
    told_apart = {name: iter(_tell_apart(members)) for name, members in namesakes.items()}
    return [next(told_apart[group.name]) for group in groups]


def _tell_apart(namesakes: Sequence[Experiment]) -> list[str]:
    """Names with up to _MOST_KEYS differing values, or the first run's directory where that is not enough."""
    keys = _differing(namesakes)
    texts = [_text(group, keys) for group in namesakes]
    if len(keys) <= _MOST_KEYS and len(set(texts)) == len(texts):
        return texts
    paths = [group.runs[0].path.resolve() for group in namesakes]
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


def _differing(groups: Sequence[Experiment]) -> list[str]:
    """Keys with several values. One that only some groups have comes with a kind, and the kind says it already."""
    values: dict[str, set[str]] = {}
    for group in groups:
        for key, value in group.facts.items():
            values.setdefault(key, set()).add(json.dumps(value))
    return [key for key, several in values.items() if len(several) > 1]


def _text(group: Experiment, keys: Sequence[str]) -> str:
    return ", ".join([group.name, *(f"{key}={_plain(group.facts[key])}" for key in keys if key in group.facts)])


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _facts(run: Run) -> Facts:
    if not (run.path / "scenario.yaml").is_file():
        return {"name": run.name}
    return {key: value for key, value in _leaves("", run.scenario) if key not in _ASIDE}


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Scalars (and what is empty) by dotted key; items of lists by their number, as overrides name them."""
    children = dict(enumerate(value)) if isinstance(value, list) else value
    if not children or not isinstance(children, dict):
        yield key, value
        return
    for name, child in children.items():
        yield from _leaves(f"{key}.{name}" if key else str(name), child)
