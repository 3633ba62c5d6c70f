"""Runs the sweep `tradeoff`, as far as runs/tradeoff lacks it, and draws its latency-accuracy frontier."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw


def main() -> None:
    """Run what is missing, then draw; a frontier without some of its cells is not drawn."""
    result = wfsim.sweep("tradeoff", out="runs/tradeoff")
    if result.causes:
        raise SystemExit("\n".join(f"{name}: {cause}" for name, cause in result.causes.items()))
    draw("tradeoff", result.runs, Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
