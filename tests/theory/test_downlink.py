"""One base station has one power: copies for each device cost what a broadcast costs, times their number."""

from __future__ import annotations

import pytest

EQUAL = ", ".join(f"{{name: d{n}, distance_m: 300}}" for n in range(5))
SCENARIO = [
    f"topology={{kind: placed, devices: [{EQUAL}]}}",
    "radio.fading=none",
    "radio.shadowing=none",
    "learning.kind=none",
    "stop.rounds=1",
]


def download_s(lines: list[dict]) -> float:
    return max(line["t_s"] for line in lines if line["type"] == "transfer_ended" and line["direction"] == "down")


def test_unicast_to_equal_links_takes_n_broadcasts(play) -> None:
    """No fading, equal links: the sum rate of n unicasts is the broadcast's rate (it once was n times Shannon's)."""
    broadcast = download_s(play("quickstart.yaml", SCENARIO))
    unicast = download_s(play("quickstart.yaml", [*SCENARIO, "radio.downlink=unicast"]))
    assert unicast == pytest.approx(5.0 * broadcast, rel=1e-9)
