"""A scenario as one flat table, and where several of them differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from wfsim.results.directory import Run

Facts = dict[str, Any]

ASIDE = frozenset({"seed", "learning.engine.chunk_jobs", "learning.engine.chunk_workers"})  # make no other experiment


def facts(run: Run) -> Facts:
    """Values of the resolved scenario by dotted key, items of lists by their number; empty where it was not kept."""
    return dict(_leaves("", run.scenario)) if (run.path / "scenario.yaml").is_file() else {}


def differing(tables: Sequence[Facts]) -> list[str]:
    """Keys that do not have one and the same value in all tables (a key that only some have is one), in order."""
    texts = [{key: json.dumps(value, sort_keys=True) for key, value in table.items()} for table in tables]
    keys = dict.fromkeys(key for table in tables for key in table)
    return [key for key in keys if len({table.get(key) for table in texts}) > 1]


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Scalars, and what is empty, by dotted key."""
    children = dict(enumerate(value)) if isinstance(value, list) else value
    if not children or not isinstance(children, dict):
        yield key, value
        return
    for name, child in children.items():
        yield from _leaves(f"{key}.{name}" if key else str(name), child)
