"""Runs `ideal`, `quickstart`, `lossy` and `stragglers` with three seeds, unless runs/ holds them, and compares them."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw

NAMES = ("ideal", "quickstart", "lossy", "stragglers")


def main() -> None:
    """Run what is missing, then draw."""
    runs = [wfsim.run(wfsim.load_scenario(name, {"seed": seed})) for name in NAMES for seed in (1, 2, 3)]
    draw("convergence", runs, Path(__file__).with_name("losses_convergence.png"))


if __name__ == "__main__":
    main()
