"""A plan's choice as a scenario file of its own."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError, UsageError
from wfsim.part import describe_value
from wfsim.planning.mean_round import at_rank, is_free
from wfsim.planning.phi import RankCost
from wfsim.scenario.find import find_scenario, packaged_folder
from wfsim.scenario.load import load_scenario
from wfsim.scenario.node import Node, Place
from wfsim.scenario.overrides import apply_overrides
from wfsim.scenario.parts import PartFile
from wfsim.scenario.paths import resolve_paths
from wfsim.scenario.schema import Scenario
from wfsim.scenario.yaml_target import write_yaml


def as_planned(scenario: Scenario, cost: RankCost) -> Scenario:
    """The scenario at a planned rank. Where no controller grants ranks, the codec keeps what the plan keeps."""
    planned = at_rank(scenario, cost.rank)
    if cost.kept is None or scenario.controller.grants_ranks or not is_free(scenario.codec):
        return planned
    return planned.model_copy(update={"codec": scenario.codec.keeping(cost.kept)})


def check_target(source: str, path: Path) -> None:
    """Raises UsageError where a choice cannot be written to `path`, or would replace what it extends."""
    if not path.parent.is_dir() or path.is_dir():
        raise UsageError(f"{path} cannot be written: give -o a file in a folder that is there")
    if path.exists() and path.samefile(_file(source)):
        raise UsageError(f"{path} is the scenario that is planned: choose another file with -o")


def write_choice(source: str, overrides: Sequence[str], planned: Scenario, path: Path) -> None:
    """Write a file that extends `source` with the overrides, rank and alpha of `planned`, and its codec if it differs.

    Raises UsageError for an override that has no form in a file.
    """
    adapter = planned.learning.adapter
    settings = [f"learning.adapter.rank={adapter.rank}", f"learning.adapter.alpha={adapter.alpha}"]
    changes = _changes([*overrides, *settings])
    if planned.codec != load_scenario(source, overrides).codec:
        changes["codec"] = describe_value(planned.codec)
    write_yaml({"extends": _reference(_file(source), path), **changes}, path)


def _file(source: str) -> Path:
    found = find_scenario(source, Path())
    if found is None:
        raise UsageError(f"no scenario called {source!r}")
    return found


def _reference(base: Path, path: Path) -> str:
    """How the new file names the one it extends: a packaged scenario by name, another by its relative path."""
    packaged = packaged_folder().resolve()
    if base.resolve().is_relative_to(packaged):
        return base.resolve().relative_to(packaged).with_suffix("").as_posix()
    return Path(os.path.relpath(base.resolve(), path.resolve().parent)).as_posix()


def _changes(overrides: Sequence[str]) -> dict[str, Any]:
    try:
        laid = apply_overrides(Scenario, Node({}, Place("")), overrides)
    except ScenarioError as error:
        raise UsageError(f"{error}: -o cannot write a change to an item of a list; put it into the scenario") from None
    return _written(resolve_paths(Scenario, laid).plain())


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_written(item) for item in value]
    return str(value.path) if isinstance(value, PartFile) else value
