from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

import wfsim
from wfsim.errors import UsageError
from wfsim.results.directory import RUNNING, Run
from wfsim.results.rounds import COLUMNS

ROWS = [
    {"round": 1, "t_s": 1.0, "accuracy": 0.4, "uplink_bits": 10, "downlink_bits": 1, "energy_j": 0.5},
    {"round": 2, "t_s": 4.0, "accuracy": 0.8, "uplink_bits": 20, "downlink_bits": 2, "energy_j": 1.0},
]
LINES = [
    {"type": "device_ready", "device": "a"},
    {"type": "device_ready", "device": "b"},
    {"type": "update_arrived", "device": "a", "coverage": 1.0, "staleness": 1},
    {"type": "round_closed", "staleness": [1]},
]


def scenario(seed: int, bandwidth_hz: float) -> dict[str, object]:
    return {"name": "x", "seed": seed, "radio": {"bandwidth_hz": bandwidth_hz, "mtu": 1500}}


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_run: Callable[..., Run]) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(Path("r/one"), scenario=scenario(1, 1e6), rows=ROWS, lines=LINES, final_accuracy=0.8)
    make_run(Path("r/two"), scenario=scenario(2, 2e6), rows=ROWS[:1], status=RUNNING)


def test_a_row_per_run_with_what_differs() -> None:
    frame = wfsim.open_runs("r/*", targets=(0.8, 1.0))
    assert list(frame.columns[:6]) == ["path", "name", "status", "run_id", "seed", "radio.bandwidth_hz"]
    assert frame.loc[0, "path":"radio.bandwidth_hz"].tolist() == ["r/one", "x", "completed", "id-one", 1, 1e6]
    assert frame.status.tolist() == ["completed", "running"]
    assert "radio.mtu" not in frame.columns


def test_summary_and_costs_of_targets() -> None:
    frame = wfsim.open_runs("r/*", targets=(0.8, 1.0))
    first = frame.loc[0]
    assert (first.final_accuracy, first.uplink_bits) == (0.8, 30)
    costs = ["time_to_0.8_s", "bits_to_0.8", "uplink_bits_to_0.8", "energy_to_0.8_j"]
    assert first[costs].tolist() == [4.0, 33, 30, 1.5]
    assert frame.loc[1, costs].isna().all()


def test_what_nobody_reached_is_a_column_of_nan() -> None:
    column = wfsim.open_runs("r", targets=(1.0,))["time_to_1_s"]
    assert column.dtype == float and math.isnan(column.mean())


def test_all_keys() -> None:
    assert wfsim.open_runs("r", all_keys=True)["radio.mtu"].tolist() == [1500, 1500]


def test_one_run_differs_from_nothing() -> None:
    assert list(wfsim.open_runs("r/one").columns[4:6]) == ["seed", "rounds"]


def test_metrics_of_journals_are_asked_for() -> None:
    assert "jain_participation" not in wfsim.open_runs("r").columns
    frame = wfsim.open_runs("r", journals=True)
    assert frame.loc[0, ["jain_participation", "mean_staleness", "max_staleness"]].tolist() == [0.5, 1.0, 1]
    assert math.isnan(frame.loc[1, "mean_staleness"])


def test_a_row_per_round() -> None:
    frame = wfsim.open_runs("r", rounds=True)
    assert list(frame.columns) == ["path", "name", "status", "run_id", "seed", "radio.bandwidth_hz", *COLUMNS]
    assert frame.groupby("path").accuracy.max().to_dict() == {"r/one": 0.8, "r/two": 0.4}
    assert frame.seed.tolist() == [1, 1, 2]


def test_a_run_killed_before_its_scenario_was_written(make_run: Callable[..., Run]) -> None:
    make_run(Path("r/young"), status=RUNNING)
    frame = wfsim.open_runs("r")
    assert math.isnan(frame.loc[2, "seed"]) and math.isnan(frame.loc[2, "radio.bandwidth_hz"])


def test_no_match_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="nothing/\\*: no run directory there"):
        wfsim.open_runs("nothing/*")
