"""Runs `quickstart`, unless runs/ holds it, and draws how fast its transfers were and who had the band."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw


def main() -> None:
    """Run what is missing, then draw."""
    draw("rate", [wfsim.run("quickstart")], Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
