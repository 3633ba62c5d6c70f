"""Plans and sweeps of a small scenario that trains nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wfsim.scenario.cells import load_batch
from wfsim.sweeps.plan import Plan, make_plan

SMALL = ["topology.devices=3", "stop.rounds=2", "learning.local.steps=1", "learning.kind=none"]


@pytest.fixture
def planned(tmp_path: Path) -> Callable[..., Plan]:
    """`planned("seed=1,2")`: the plan of a sweep into the folder `sweep`."""

    def plan(*arguments: str, base: Sequence[str] = SMALL) -> Plan:
        return make_plan(load_batch("digits", [*base, *arguments]), tmp_path / "sweep")

    return plan
