"""Runs `stragglers`, unless runs/ holds it, and draws who was heard in its rounds."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw


def main() -> None:
    """Run what is missing, then draw."""
    draw("participation", [wfsim.run("stragglers")], Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
