from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_records_of_one_transfer(make_air: Callable[..., Any]) -> None:
    air = make_air((1e12,), link={"kind": "shannon", "max_bps_per_hz": 2.0})
    air.send("A", [1000.0, 3000.0], at_s=1.0)
    started, shared, ended = air.run().lines
    assert (started["type"], started["t_s"], started["devices"]) == ("transfer_started", 1.0, ["d0"])
    assert started["packets"] == 2
    assert (started["offered_bits"], started["direction"]) == (4000, "up")
    assert (shared["type"], shared["band_hz"], shared["shares_hz"]) == ("band_shared", 1e6, {"A": 1e6})
    assert (ended["type"], ended["start_s"]) == ("transfer_ended", 1.0)
    assert (ended["outcome"], ended["lost"]) == ("delivered", [])
    assert ended["t_s"] == pytest.approx(1.002) and ended["delivered_bits"] == ended["sent_bits"] == 4000.0


def test_the_same_journal_whatever_the_order_of_starting(make_air: Callable[..., Any]) -> None:
    """Simultaneous transfers are planned in order of name."""

    def ends(names: str) -> list[dict[str, Any]]:
        air = make_air([1e6, 1e7, 1e8], band_hz=1e5)
        for name in names:
            air.send(name, [1e4] * 5, links=["ABC".index(name)], weight=1 / 3)
        return [{**line, "seq": 0, "hash": ""} for line in air.run().lines if line["type"] != "transfer_started"]

    assert ends("ABC") == ends("CAB")


def test_a_new_pass_is_not_a_new_division_of_the_band(make_air: Callable[..., Any]) -> None:
    air = make_air((1e9, 1e9), link={"kind": "shannon", "residual_loss": 0.5})
    air.send("A", [1000.0] * 40, links=[0], weight=0.5, transport="reliable")
    air.send("B", [1000.0] * 900, links=[1], weight=0.5)
    shared = [sorted(line["shares_hz"]) for line in air.run().lines if line["type"] == "band_shared"]
    assert air.ended("A")["attempts"] > 2 and shared == [["A", "B"], ["B"]]
