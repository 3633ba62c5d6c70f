from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wfsim.errors import UsageError
from wfsim.results.choose import choose
from wfsim.results.directory import Run

SCENARIOS = {
    "a": {"seed": 1, "codec": {"kind": "dense", "values": "fp16"}, "sites": [{"power_w": 1.0}]},
    "b": {"seed": 2, "codec": {"kind": "dense", "values": "fp32"}, "sites": [{"power_w": 2.0}]},
    "c": {"seed": 3, "codec": {"kind": "topk", "share": 0.1}, "sites": []},
}


@pytest.fixture
def runs(tmp_path: Path, make_run: Callable[..., Run]) -> list[Run]:
    return [make_run(tmp_path / name, scenario=scenario) for name, scenario in SCENARIOS.items()]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ([], "abc"),
        ([("seed", [1, 3])], "ac"),
        ([("codec", ["dense"])], "ab"),
        ([("codec", [{"kind": "dense", "values": "fp32"}])], "b"),
        ([("codec.values", ["fp16", "fp32"]), ("seed", [2])], "b"),
        ([("sites[0].power_w", [1])], "a"),
        ([("sites", [[{"power_w": 2}]])], "b"),
        ([("sites", [[]])], "c"),
    ],
)
def test_runs_whose_scenario_holds_the_values(runs: list[Run], settings: list[tuple[str, Any]], names: str) -> None:
    assert "".join(run.path.name for run in choose(runs, settings)) == names


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("cod", "dense", "cod: no run has this key"),
        ("sed", 1, r"sed: no run has this key \(did you mean 'seed'\?\)"),
        ("seed", 9, "no run is left with seed = 9"),
    ],
)
def test_what_no_run_has(runs: list[Run], key: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose(runs, [(key, [value])])
