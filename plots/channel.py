"""Runs the network of `quickstart` alone, with every fading gain recorded, and draws three of its links."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw


def main() -> None:
    """Run what is missing, then draw."""
    run = wfsim.run(wfsim.load_scenario("quickstart", {"learning.kind": "none", "trace.channel": True}))
    draw("channel", [run], Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
