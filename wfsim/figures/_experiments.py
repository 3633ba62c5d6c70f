"""Which runs repeat one experiment, and what each experiment is called in a legend."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from wfsim.errors import UsageError
from wfsim.figures._quantity import short_value
from wfsim.results.directory import Run
from wfsim.results.facts import Facts, facts

_ASIDE = {"seed", "learning.engine.chunk_jobs", "learning.engine.chunk_workers"}  # these make no other experiment
_MOST_KEYS = 2


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Runs that differ in nothing but their seeds. `facts` are the values of their scenario by dotted key."""

    name: str
    facts: Facts
    runs: list[Run]


def experiments(runs: Sequence[Run]) -> list[Experiment]:
    """Runs grouped by resolved scenario, in order of each group's first run; by name where they kept no scenario.

    The same run in two directories is one repetition, not two. Raises UsageError for two different runs of one scenario
    and seed: results of different code, data or weights are no repetitions of each other.
    """
    found: dict[str, Experiment] = {}
    seen: dict[str, Run] = {}
    for run in runs:
        known, seed = _facts_and_seed(run)
        identity = json.dumps(known, sort_keys=True)
        group = found.setdefault(identity, Experiment(name=run.name, facts=known, runs=[]))
        earlier = seen.setdefault(f"{identity}{seed}", run)
        if earlier is run:
            group.runs.append(run)
        elif earlier.manifest["run_id"] != run.manifest["run_id"]:
            raise UsageError(f"{earlier.path} and {run.path} are one scenario and seed under different code: name one")
    return list(found.values())


def repetition_text(run: Run) -> str:
    """The same for runs of one scenario and seed; for runs with the same id where they kept no scenario."""
    known, seed = _facts_and_seed(run)
    return f"{json.dumps(known, sort_keys=True)}{seed}"


def labels_of(groups: Sequence[Experiment]) -> list[str]:
    """The name of each group; of several groups of one name, also what tells them apart."""
    namesakes: dict[str, list[Experiment]] = {}
    for group in groups:
        namesakes.setdefault(group.name, []).append(group)
    told_apart = {name: iter(_tell_apart(members)) for name, members in namesakes.items()}
    return [next(told_apart[group.name]) for group in groups]


def _tell_apart(namesakes: Sequence[Experiment]) -> list[str]:
    """Names with up to _MOST_KEYS differing values, or the first run's directory where that is not enough."""
    keys = differing(namesakes)
    texts = [_text(group, keys) for group in namesakes]
    if len(keys) <= _MOST_KEYS and len(set(texts)) == len(texts):
        return texts
    paths = [group.runs[0].path.resolve() for group in namesakes]
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


def differing(groups: Sequence[Experiment]) -> list[str]:
    """Keys with several values. One that only some groups have comes with a kind, and the kind says it already."""
    values: dict[str, set[str]] = {}
    for group in groups:
        for key, value in group.facts.items():
            values.setdefault(key, set()).add(json.dumps(value))
    return [key for key, several in values.items() if len(several) > 1]


def _text(group: Experiment, keys: Sequence[str]) -> str:
    return ", ".join(
        [group.name, *(f"{key}={short_value(key, group.facts[key])}" for key in keys if key in group.facts)]
    )


def _facts_and_seed(run: Run) -> tuple[Facts, str]:
    known = facts(run)
    seed = str(known.get("seed", run.manifest["run_id"]))
    return {key: value for key, value in known.items() if key not in _ASIDE} or {"name": run.name}, seed
