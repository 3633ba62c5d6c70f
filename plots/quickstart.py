"""Runs the scenario `quickstart` with three seeds, unless runs/ holds them, and draws its figures beside this file."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw

HERE = Path(__file__).parent


def main() -> None:
    """Run what is missing, then draw."""
    runs = [wfsim.run(wfsim.load_scenario("quickstart", {"seed": seed})) for seed in (1, 2, 3)]
    draw("convergence", runs, HERE / "quickstart_convergence.png")
    draw("timeline", runs[:1], HERE / "quickstart_timeline.png")


if __name__ == "__main__":
    main()
