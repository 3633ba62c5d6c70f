"""Runs `lossy`, unless runs/ holds it, and draws what became of its bits."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw


def main() -> None:
    """Run what is missing, then draw."""
    draw("traffic", [wfsim.run("lossy")], Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
