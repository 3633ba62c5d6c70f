"""Which runs repeat one experiment."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.facts import ASIDE, Facts, differing, facts

_ITEM = re.compile(r"(.+)\.\d+")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Runs that differ in nothing but their seeds. `facts` are its scenario's values by key, lists of scalars whole."""

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
        group = found.setdefault(identity, Experiment(name=run.name, facts=_folded(known), runs=[]))
        earlier = seen.setdefault(f"{identity}{seed}", run)
        if earlier is run:
            group.runs.append(run)
        elif earlier.manifest["run_id"] != run.manifest["run_id"]:
            raise UsageError(f"{earlier.path} and {run.path} are one scenario and seed under different code: name one")
    return list(found.values())


def labels(groups: Sequence[Experiment]) -> list[str]:
    """The name of each group; of several groups of one name also the `key=value` that tell them apart."""
    return [_label(group, [other for other in groups if other.name == group.name]) for group in groups]


def _label(group: Experiment, namesakes: Sequence[Experiment]) -> str:
    telling = _telling([other.facts for other in namesakes])
    values = [f"{key}={_text(group.facts[key])}" for key in telling if key in group.facts]
    return f"{group.name}: {' '.join(values)}" if values else group.name


def _telling(tables: Sequence[Facts]) -> list[str]:
    """Keys that differ, without those that others before them decide."""
    kept: list[str] = []
    for key in differing(tables):
        kept += [key] if _count(tables, [*kept, key]) > _count(tables, kept) else []
    return kept


def _count(tables: Sequence[Facts], keys: Sequence[str]) -> int:
    return len({json.dumps([table.get(key) for key in keys]) for table in tables})


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def repetition_text(run: Run) -> str:
    """The same for runs of one scenario and seed; for runs with the same id where they kept no scenario."""
    known, seed = _facts_and_seed(run)
    return f"{json.dumps(known, sort_keys=True)}{seed}"


def _facts_and_seed(run: Run) -> tuple[Facts, str]:
    known = facts(run)
    seed = str(known.get("seed", run.manifest["run_id"]))
    return {key: value for key, value in known.items() if key not in ASIDE} or {"name": run.name}, seed


def _folded(known: Facts) -> Facts:
    """Lists of scalars as one value again, so that a list can stand beside a word under one key."""
    folded: Facts = {}
    for key, value in known.items():
        item = _ITEM.fullmatch(key)
        if item is None:
            folded[key] = value
        else:
            folded.setdefault(item[1], []).append(value)
    return folded
