"""Runs every codec under a ceiling of bytes, unless runs/codecs holds it; writes codecs.md, draws codecs.png."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from study import Table, rate_table, swept, upload_bytes

HERE = Path(__file__).parent
CEILING_BYTES, BASELINE = 9000, "dense-int4-r4"

NOTES = (
    "The cell of quickstart, 8 rounds, seeds 1 to 5, paired by seed. Names hold the number format, `ef` where errors",
    "are fed back, and of dense codecs the rank, on both sides of the ceiling; the others have rank 8 and a budget.",
    "The head is always int8. `zlib` and `zstd` change bytes alone, and where runs with one scale end (they need a",
    "byte of every fragment), so they learn nearly what `dense-int4-ef` does at the same rank.",
    "Only the uplink has a ceiling: codecs at higher ranks download more. Rates were tried on one seed; where the best",
    "is an end of the three, a further one might do better. Intervals are not corrected for number.",
)


def main() -> None:
    """Run what is missing, then write and draw."""
    rates = swept("codecs/rates")
    table = Table(swept("codecs/ceiling_9k"), CEILING_BYTES, BASELINE)
    text = [
        __doc__.splitlines()[0],
        "",
        *NOTES,
        "",
        "`python plots/codecs.py` regenerates this page; it goes on where it was stopped.",
        "",
        f"## Ceiling {CEILING_BYTES:,} bytes, baseline {BASELINE}",
        "",
        table.markdown(),
        "",
        "## Learning rates, seed 101",
        "",
        rate_table(rates),
    ]
    (HERE / "codecs.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    draw(table, HERE / "codecs.png")


def draw(table: Table, path: Path) -> None:
    """Final accuracy against bytes of an encoded update, numbered by accuracy; beside it the intervals over seeds."""
    figure, (points, intervals) = plt.subplots(1, 2, figsize=(12.5, 6.5), layout="constrained", sharey=False)
    for number, method in enumerate(table.methods, start=1):
        within = max(size for run in table.runs[method] for size in upload_bytes(run)) <= table.ceiling
        colour = "#0072b2" if within else "#d55e00"
        size = mean(size for run in table.runs[method] for size in upload_bytes(run))
        middle, low, high = table.accuracy(method)
        points.plot(size, middle, "o", color=colour, markersize=4)
        above = number % 2 == 1
        points.annotate(
            str(number),
            (size, middle),
            (4, 4) if above else (-4, -4),
            textcoords="offset points",
            ha="left" if above else "right",
            va="bottom" if above else "top",
            color=colour,
        )
        intervals.errorbar(middle, number, xerr=[[middle - low], [high - middle]], fmt="o", color=colour, capsize=3)
    _label(points, intervals, table)
    figure.savefig(path, dpi=150)


def _label(points: plt.Axes, intervals: plt.Axes, table: Table) -> None:
    points.axvline(table.ceiling, color="#999999", linestyle="--")
    points.set_xscale("log")
    points.set_xticks([8000, 9000, 10000, 12000, 16000], ["8,000", "9,000", "10,000", "12,000", "16,000"])
    points.minorticks_off()
    points.set_xlabel(f"bytes of an encoded update, mean (dashed: the ceiling of {table.ceiling:,})")
    points.set_ylabel("final accuracy, mean over five seeds")
    rows = range(1, 1 + len(table.methods))
    intervals.set_yticks(rows, [f"{number}  {name}" for number, name in zip(rows, table.methods, strict=True)])
    intervals.invert_yaxis()
    intervals.set_xlabel(
        "final accuracy, mean and 95 % interval\n(blue: within the ceiling; orange: the setting above it)"
    )
    for panel in (points, intervals):
        panel.grid(alpha=0.3)


if __name__ == "__main__":
    main()
