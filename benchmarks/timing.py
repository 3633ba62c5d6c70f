"""Timing-only rounds per second of wall time in one cell, for growing numbers of devices."""

from __future__ import annotations

import time

import wfsim
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

ROUNDS = 5


def seconds(devices: int) -> float:
    """Wall time of ROUNDS rounds."""
    scenario = wfsim.load_scenario(
        "quickstart",
        {"learning.kind": "none", "topology.devices": devices, "stop.rounds": ROUNDS, "learning.partition": "iid"},
    )
    begin = time.perf_counter()
    execute(build_world(scenario, Journal()))
    return time.perf_counter() - begin


def main() -> None:
    seconds(5)
    reference = seconds(20)
    for devices in (20, 50, 100, 200):
        taken = seconds(devices)
        print(
            f"{devices:4d} devices  {ROUNDS / taken:7.2f} rounds/s   {taken / reference:6.2f} x the time of 20 devices"
        )


if __name__ == "__main__":
    main()
