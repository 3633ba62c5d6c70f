"""Runs the scenarios of `async/` and `stragglers` with three seeds, unless runs/ holds them, and compares them."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw

NAMES = ("stragglers", "async/deadline_finish", "async/over_selection", "async/buffered", "async/asynchronous")
STALE = ("deadline_finish", "buffered", "asynchronous")
HERE = Path(__file__).parent


def main() -> None:
    """Run what is missing, then draw."""
    runs = [wfsim.run(wfsim.load_scenario(name, {"seed": seed})) for name in NAMES for seed in (1, 2, 3)]
    draw("convergence", runs, HERE / "asynchronous_convergence.png")
    draw("staleness", [run for run in runs if run.scenario["name"] in STALE], HERE / "asynchronous_staleness.png")


if __name__ == "__main__":
    main()
