"""The table in the header of scenarios/congestion.yaml, measured again; bits in the given time need no training."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import pytest

import wfsim
from wfsim.results.directory import Run
from wfsim.results.study import study
from wfsim.results.summary import summarise

SCENARIO = Path(__file__).parents[2] / "scenarios" / "congestion.yaml"
TARGET = 0.8
ROW = re.compile(
    r"^#   ([\w-]+): ([\d.]+); ([\d.]+) Mbit; (?:([\d.]+) s, ([\d.]+) Mbit, )?(\d) of 5$", flags=re.MULTILINE
)


def stated() -> dict[str, tuple[float, float, float | None, float | None, int]]:
    """Final accuracy, uplink Mbit in all, seconds and Mbit to the target, runs that reached it; by name."""
    rows = ROW.findall(SCENARIO.read_text(encoding="utf-8"))
    return {
        name: (float(accuracy), float(mbit), float(to_s) if to_s else None, float(to_mbit) if to_mbit else None, int(n))
        for name, accuracy, mbit, to_s, to_mbit, n in rows
    }


def listed() -> list[dict]:
    """The sweep's rows."""
    sweep = wfsim.load_scenario(SCENARIO).sweep
    assert sweep is not None and sweep.seed_values() == (1, 2, 3, 4, 5)
    return [dict(row) for row in sweep.list]


def test_the_header_has_a_row_for_every_cell() -> None:
    assert list(stated()) == [row["name"] for row in listed()]


@pytest.mark.parametrize("name", ["every-4th", "accumulate-4-s"])
def test_uplink_bits_in_the_given_time(play, name: str) -> None:
    (row,) = [row for row in listed() if row["name"] == name]
    mbit = []
    for seed in (1, 2, 3, 4, 5):
        lines = play("congestion.yaml", [f"seed={seed}", "learning.kind=none", f"controller={_text(row)}"])
        mbit.append(summarise(lines)["uplink_bits"] / 1e6)
    assert mean(mbit) == pytest.approx(stated()[name][1], abs=0.06)


def _text(row: dict) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in row["controller"].items()) + "}"


@pytest.mark.slow
def test_every_figure(tmp_path: Path) -> None:
    """Accuracy may move by rounding from machine to machine, and with it the round in which the target is reached."""
    runs = wfsim.sweep(SCENARIO, out=tmp_path, workers=2).runs
    for name, (accuracy, mbit, to_s, to_mbit, reached) in stated().items():
        own = [run for run in runs if run.scenario["name"] == name]
        assert mean(run.summary["final_accuracy"] for run in own) == pytest.approx(accuracy, abs=0.015), name
        assert mean(run.summary["uplink_bits"] for run in own) / 1e6 == pytest.approx(mbit, abs=0.06), name
        _check_costs(runs, name, to_s, to_mbit, reached)


def _check_costs(runs: Sequence[Run], name: str, to_s: float | None, to_mbit: float | None, reached: int) -> None:
    rows = {row["metric"]: row for row in study(runs, name, target=TARGET).rows() if row["experiment"] == name}
    time, bits = rows[f"time_to_{TARGET:g}_s"], rows[f"uplink_bits_to_{TARGET:g}"]
    assert abs(time["reached"] - reached) <= 1, name
    if to_s is not None and to_mbit is not None:
        assert time["mean"] == pytest.approx(to_s, rel=0.15), name
        assert bits["mean"] / 1e6 == pytest.approx(to_mbit, rel=0.15), name
