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
    "The head is always int8. `zlib` and `zstd` change bytes alone: they learn what `dense-int4-ef` does at the rank.",
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
    """Final accuracy, mean and interval over seeds, against the mean bytes of an encoded update."""
    figure, panel = plt.subplots(figsize=(9.5, 6.0), layout="constrained")
    for place, method in enumerate(table.methods):
        size = mean(size for run in table.runs[method] for size in upload_bytes(run))
        middle, low, high = table.accuracy(method)
        colour, marker = plt.get_cmap("tab10")(place % 10), "os^D"[place // 10 % 4]
        bars = [[middle - low], [high - middle]]
        panel.errorbar(size, middle, yerr=bars, fmt=marker, color=colour, capsize=3, label=method)
    panel.axvline(table.ceiling, color="#999999", linestyle="--")
    panel.set_xlabel(f"bytes of an encoded update, mean (dashed: the ceiling of {table.ceiling:,})")
    panel.set_ylabel("final accuracy; mean, 95 % interval over seeds")
    panel.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=8)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
