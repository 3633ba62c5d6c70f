"""Runs the study of methods under a ceiling of bytes, unless runs/study holds it; writes study.md, draws study.png."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean as mean_of

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

import wfsim
from wfsim.results.directory import Run
from wfsim.results.statistics import mean_interval
from wfsim.results.study import study

HERE = Path(__file__).parent
BUDGETS = {"budget_5k": (5000, "dense-int4-r2"), "budget_9k": (9000, "dense-int4-r4")}  # ceiling in bytes, baseline
HEADER = (
    "| method | bytes an upload | of the ceiling | final accuracy | against the baseline, points | 95 % interval "
    "| seconds | downlink, Mbyte |\n|---|---|---|---|---|---|---|---|\n"
)

_COSTS = ("simulated_s", "downlink_bits")

NOTES = (
    "The cell of quickstart, 15 rounds, seeds 1 to 5, paired by seed. Names end in the number format.",
    "`soft`, `top-k`, `fedsrd`, `qr-core` have error feedback, dense ones have none. The head is always int8.",
    "Only the uplink has a ceiling: methods at rank 8 download more. Rates were tried at 9,000 bytes on one seed;",
    "where the best is the largest tried (2e-2), a larger one might do better. Intervals are not corrected for number.",
)


def main() -> None:
    """Run what is missing, then write and draw; a study without some of its cells is not shown."""
    rates = swept("study/learning_rates")
    tables = {name: Table(swept(f"study/{name}"), ceiling, baseline) for name, (ceiling, baseline) in BUDGETS.items()}
    text = [
        __doc__.splitlines()[0],
        "",
        *NOTES,
        "",
        "`python plots/study.py` regenerates this page; it goes on where it was stopped.",
    ]
    for table in tables.values():
        text += ["", f"## Ceiling {table.ceiling:,} bytes, baseline {table.baseline}", "", table.markdown()]
    text += ["", "## Learning rates, seed 101, 9,000 bytes", "", rate_table(rates)]
    (HERE / "study.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    draw(list(tables.values()), HERE / "study.png")


def swept(name: str) -> Sequence[Run]:
    """The runs of a sweep that is a scenario of this name."""
    result = wfsim.sweep(name, out=f"runs/{name}")
    if result.causes:
        raise SystemExit("\n".join(f"{run}: {cause}" for run, cause in result.causes.items()))
    return result.runs


class Table:
    """One ceiling: methods by falling mean accuracy, each with its accuracies by seed and its paired difference."""

    def __init__(self, runs: Sequence[Run], ceiling: int, baseline: str) -> None:
        self.ceiling, self.baseline = ceiling, baseline
        self.runs: dict[str, list[Run]] = {}
        for run in runs:
            self.runs.setdefault(run.scenario["name"], []).append(run)
        rows = study(runs, baseline).rows()
        self.paired = {row["experiment"]: row for row in rows if row["metric"] == "final_accuracy"}
        self.methods = sorted(self.runs, key=lambda name: -self.accuracy(name)[0])

    def accuracy(self, method: str) -> tuple[float, float, float]:
        """Mean over seeds and its interval."""
        found = mean_interval([run.summary["final_accuracy"] for run in self.runs[method]])
        return found.mean, found.low, found.high

    def markdown(self) -> str:
        """The table."""
        return HEADER + "\n".join(self._row(method) for method in self.methods)

    def _row(self, method: str) -> str:
        sizes = [size for run in self.runs[method] for size in upload_bytes(run)]
        least, most = min(sizes), max(sizes)
        size = f"{most:,}" if least == most else f"{least:,} to {most:,}"
        mean, paired = self.accuracy(method)[0], self.paired[method]
        share = (
            f"{least / self.ceiling:.1%}"
            if least == most
            else f"{least / self.ceiling:.1%} to {most / self.ceiling:.1%}"
        )
        difference = "" if method == self.baseline else f"{100 * paired['difference']:+.1f}"
        interval = "" if method == self.baseline else f"{100 * paired['low']:+.1f} to {100 * paired['high']:+.1f}"
        seconds, down = (mean_of([run.summary[key] for run in self.runs[method]]) for key in _COSTS)
        costs = [f"{seconds:.0f}", f"{down / 8e6:.1f}"]
        return f"| {' | '.join([method, size, share, f'{mean:.3f}', difference, interval, *costs])} |"


def upload_bytes(run: Run) -> Iterable[int]:
    """Encoded bytes of every update of a run, packet headers left out."""
    header_bytes = run.scenario["radio"]["packets"]["header_bytes"]
    for line in run.journal():
        if line["type"] == "transfer_started" and line["purpose"] == "update":
            yield line["offered_bits"] // 8 - header_bytes * line["packets"]


def rate_table(runs: Sequence[Run]) -> str:
    """Final accuracies of one seed by method and learning rate, the best in bold."""
    found: dict[str, dict[float, float]] = {}
    for run in runs:
        rate = run.scenario["learning"]["local"]["optimizer"]["lr"]
        found.setdefault(run.scenario["name"], {})[rate] = run.summary["final_accuracy"]
    rates = sorted({rate for row in found.values() for rate in row})
    lines = ["| method | " + " | ".join(f"{rate:g}" for rate in rates) + " |", "|---" * (len(rates) + 1) + "|"]
    for method, row in found.items():
        best = max(row.values())
        cells = [f"**{row[rate]:.3f}**" if row[rate] == best else f"{row[rate]:.3f}" for rate in rates]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(tables: Sequence[Table], path: Path) -> None:
    """Means with intervals over seeds, one panel per ceiling; every seed is a dot."""
    figure, panels = plt.subplots(1, len(tables), figsize=(9.5, 4.2), sharex=True, layout="constrained")
    for panel, table in zip(panels, tables, strict=True):
        for place, method in enumerate(reversed(table.methods)):
            mean, low, high = table.accuracy(method)
            over = max(size for run in table.runs[method] for size in upload_bytes(run)) > table.ceiling
            colour = "#999999" if over else "#0072B2"
            panel.plot(
                [run.summary["final_accuracy"] for run in table.runs[method]],
                [place] * len(table.runs[method]),
                ".",
                color=colour,
                alpha=0.5,
            )
            panel.errorbar(mean, place, xerr=[[mean - low], [high - mean]], fmt="o", color=colour, capsize=3)
        panel.set_yticks(range(len(table.methods)), list(reversed(table.methods)))
        panel.set_title(f"at most {table.ceiling:,} bytes an upload (grey: above it)", fontsize=10)
        panel.set_xlabel("final accuracy; mean, 95 % interval, seeds")
        panel.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
