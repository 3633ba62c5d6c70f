"""Twelve branch offices through an outage and a server that fails: outage, links, topology and server_crash."""

from __future__ import annotations

from pathlib import Path

import wfsim
from wfsim.figures import draw
from wfsim.results.directory import Run

HERE = Path(__file__).parent


def main() -> None:
    """Runs what is missing, then draws."""
    branches = completed("branch_offices")
    for figure in ("outage", "links", "topology"):
        draw(figure, [branches], HERE / f"{figure}.png")
    draw("outage", [completed("server_crash")], HERE / "server_crash.png")


def completed(name: str) -> Run:
    """The run of a scenario, which is not repeated."""
    return wfsim.run(wfsim.load_scenario(name))


if __name__ == "__main__":
    main()
