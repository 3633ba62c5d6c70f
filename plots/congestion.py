"""Runs the sweep `congestion`, as far as runs/congestion lacks it; writes congestion.md and draws congestion.png."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import wfsim
from wfsim.figures import draw
from wfsim.results.directory import Run
from wfsim.results.metrics import time_to_target_s
from wfsim.results.study import study

HERE = Path(__file__).parent
BASELINE, TARGET = "every-round", 0.8
COLUMNS = {  # metric: heading, divisor, decimals
    "final_accuracy": ("accuracy after 240 s", 1.0, 3),
    f"time_to_{TARGET:g}_s": (f"s to {TARGET:g}", 1.0, 0),
    f"uplink_bits_to_{TARGET:g}": (f"uplink Mbit to {TARGET:g}", 1e6, 1),
    "uplink_bits": ("uplink Mbit in all", 1e6, 1),
}

Row = dict[str, Any]


def main() -> None:
    """Run what is missing, then write and draw; a sweep without some of its cells is not shown."""
    result = wfsim.sweep("congestion", out="runs/congestion")
    if result.causes:
        raise SystemExit("\n".join(f"{name}: {cause}" for name, cause in result.causes.items()))
    text = "\n".join(page(result.runs))
    (HERE / "congestion.md").write_text(text + "\n", encoding="utf-8")
    draw("tradeoff", result.runs, HERE / "congestion.png", cost="bits")


def page(runs: Sequence[Run]) -> Iterator[str]:
    """The table: means over the seeds that pair, and differences to the baseline with their intervals."""
    yield "Sending every update, every n-th, or when the network allows (`congestion`)."
    yield ""
    yield f"Means over seeds; in parentheses the difference to {BASELINE} at the same seeds and its 95 % interval."
    yield f"Costs of the target are of pairs in which both runs reached {TARGET:g}."
    yield ""
    yield "`python plots/congestion.py` regenerates this page; it goes on where it was stopped."
    yield ""
    yield (
        "| "
        + " | ".join(["updates sent", *(heading for heading, _, _ in COLUMNS.values()), f"reached {TARGET:g}"])
        + " |"
    )
    yield "|---" * (len(COLUMNS) + 2) + "|"
    found: dict[str, dict[str, Row]] = {}
    for row in study(runs, BASELINE, target=TARGET).rows():
        found.setdefault(row["experiment"], {})[row["metric"]] = row
    for name, row in found.items():
        cells = [cell(row[metric], *how[1:]) if metric in row else "-" for metric, how in COLUMNS.items()]
        yield f"| {' | '.join([name, *cells])} | {reached(runs, name)} |"


def reached(runs: Sequence[Run], name: str) -> str:
    """In how many of its runs an experiment came to the target."""
    times_s = [time_to_target_s(run.rounds, TARGET) for run in runs if run.scenario["name"] == name]
    return f"{sum(time_s is not None for time_s in times_s)} of {len(times_s)}"


def cell(row: Row, divisor: float, decimals: int) -> str:
    """A mean and, but for the baseline, its paired difference."""
    if row["mean"] is None:
        return "-"
    mean = f"{row['mean'] / divisor:.{decimals}f}"
    if row["experiment"] == BASELINE:
        return mean
    difference = f"{row['difference'] / divisor:+.{decimals}f}"
    if row["low"] is None:
        return f"{mean} ({difference}; one pair)"
    return f"{mean} ({difference}; {row['low'] / divisor:+.{decimals}f} to {row['high'] / divisor:+.{decimals}f})"


if __name__ == "__main__":
    main()
