"""The table in the header of scenarios/tradeoff.yaml, measured again; seconds need no training."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from statistics import mean

import pytest

import wfsim

SCENARIO = Path(__file__).parents[2] / "scenarios" / "tradeoff.yaml"
ROW = re.compile(r"^#   (\w+), rank (\d): ([\d.]+); ([\d.]+), ([\d.]+), ([\d.]+)$", flags=re.MULTILINE)
BANDS_HZ = (1e5, 3e5, 1e6)
SEEDS = range(1, 6)

Cell = tuple[str, int, float]


def stated() -> dict[Cell, tuple[float, float]]:
    """Accuracy and seconds by codec, rank and band."""
    found: dict[Cell, tuple[float, float]] = {}
    for values, rank, accuracy, *seconds in ROW.findall(SCENARIO.read_text(encoding="utf-8")):
        for band_hz, simulated_s in zip(BANDS_HZ, seconds, strict=True):
            found[values, int(rank), band_hz] = (float(accuracy), float(simulated_s))
    return found


def measured(table: Path) -> dict[Cell, tuple[list[float], list[float]]]:
    """The same from a sweep's table, one value per seed."""
    found: dict[Cell, tuple[list[float], list[float]]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cell = row["codec.values"], int(row["learning.adapter.rank"]), float(row["radio.bandwidth_hz"])
            accuracies, seconds = found.setdefault(cell, ([], []))
            accuracies.append(float(row["final_accuracy"] or "nan"))
            seconds.append(float(row["simulated_s"]))
    return found


def test_the_header_has_a_figure_for_every_cell() -> None:
    sweep = wfsim.load_scenario(SCENARIO).sweep
    assert sweep is not None and sweep.count() == len(stated()) * len(SEEDS) == 60


def test_simulated_seconds_in_the_widest_band(tmp_path: Path) -> None:
    result = wfsim.sweep(SCENARIO, ["learning.kind=none", "radio.bandwidth_hz=1e6"], out=tmp_path, workers=1)
    for cell, (_, seconds) in measured(result.path / "sweep.csv").items():
        assert mean(seconds) == pytest.approx(stated()[cell][1], abs=0.06), cell


@pytest.mark.slow
def test_every_figure(tmp_path: Path) -> None:
    """Accuracy may move by rounding from machine to machine."""
    result = wfsim.sweep(SCENARIO, out=tmp_path, workers=2)
    for cell, (accuracies, seconds) in measured(result.path / "sweep.csv").items():
        assert mean(accuracies) == pytest.approx(stated()[cell][0], abs=0.015), cell
        assert mean(seconds) == pytest.approx(stated()[cell][1], abs=0.06), cell
