"""Runs the comparisons of TSFA, as far as runs/tsfa lacks them; writes tsfa.md and draws queue, ranks and structure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import wfsim
from wfsim.figures import draw
from wfsim.results.directory import Run
from wfsim.results.metrics import time_to_target_s
from wfsim.results.study import study

HERE = Path(__file__).parent
TARGET = 0.85
SWEEPS = {"baselines": "tsfa", "ablations": "perfect-csi"}  # sweep -> what its experiments are compared with
HEADER = (
    f"| control | final accuracy | against the first, points | 95 % interval | mean round, s | seconds to {TARGET} "
    "| kept ranks, mean | rounds that the budget bound |\n|---|---|---|---|---|---|---|---|\n"
)


def main() -> None:
    """Run what is missing, then write and draw."""
    text = [
        __doc__.splitlines()[0],
        "",
        "`python plots/tsfa.py` regenerates this page; it goes on where it was stopped.",
    ]
    for name, baseline in SWEEPS.items():
        text += ["", f"## scenarios/tsfa/{name}.yaml", "", table(swept(name), baseline)]
    (HERE / "tsfa.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    draw("queue", swept("v_tradeoff"), HERE / "queue.png")
    headline = [run for run in swept("baselines") if run.scenario["name"] == "tsfa" and run.scenario["seed"] == 1]
    draw("kept_ranks", headline, HERE / "kept_ranks.png")
    draw("spectra", [wfsim.run(wfsim.load_scenario("tsfa/headline", {"trace.updates": True}))], HERE / "spectra.png")


def swept(name: str) -> Sequence[Run]:
    """The runs of a sweep."""
    result = wfsim.sweep(f"tsfa/{name}", out=f"runs/tsfa/{name}")
    if result.causes:
        raise SystemExit("\n".join(f"{run}: {cause}" for run, cause in result.causes.items()))
    return result.runs


def table(runs: Sequence[Run], baseline: str) -> str:
    """One row per experiment; means over seeds, differences paired by seed."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.scenario["name"], []).append(run)
    paired = {r["experiment"]: r for r in study(runs, baseline).rows() if r["metric"] == "final_accuracy"}
    return HEADER + "\n".join(_row(name, each, paired, baseline) for name, each in found.items())


def _row(name: str, runs: Sequence[Run], paired: dict, baseline: str) -> str:
    accuracy = paired[name]
    difference, interval = "", ""
    if name != baseline:
        difference = f"{100 * accuracy['difference']:+.1f}"
        interval = f"{100 * accuracy['low']:+.1f} to {100 * accuracy['high']:+.1f}"
    columns = [
        name,
        f"{mean(run.summary['final_accuracy'] for run in runs):.3f}",
        difference,
        interval,
        f"{mean(run.summary['simulated_s'] / run.summary['rounds'] for run in runs):.1f}",
        _seconds(runs),
        _kept(runs),
        _mean_of(runs, "budget_binding_share", percent=True),
    ]
    return f"| {' | '.join(columns)} |"


def _seconds(runs: Sequence[Run]) -> str:
    """Mean simulated seconds to the target, if every seed reached it."""
    times_s = [time_to_target_s(run.rounds, TARGET) for run in runs]
    return "not by all" if None in times_s else f"{mean(times_s):.0f}"


def _kept(runs: Sequence[Run]) -> str:
    """Mean number of ranks granted."""
    values = [row["kept_ranks"] for run in runs for row in run.rounds if row["kept_ranks"] is not None]
    return f"{mean(values):.1f}" if values else ""


def _mean_of(runs: Sequence[Run], key: str, *, percent: bool = False) -> str:
    """Mean over the runs that measured it."""
    values = [run.summary[key] for run in runs if run.summary.get(key) is not None]
    return "" if not values else f"{mean(values):.0%}" if percent else f"{mean(values):.1f}"


if __name__ == "__main__":
    main()
