"""Outages of a station, interference and who is told of the shares, in both engines."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wfsim.radio.patience import Patience

_FLAT = {"kind": "shannon", "max_bps_per_hz": 2.0}  # 2 Mbit/s over the band of 1 MHz

pytestmark = pytest.mark.parametrize("engine", ["bulk", "reference"])


class _Down:
    """Down from the first to the second time."""

    def __init__(self, start_s: float, end_s: float) -> None:
        self._edges_s = (start_s, end_s)

    def is_down(self, t_s: float) -> bool:
        return self._edges_s[0] <= t_s < self._edges_s[1]

    def next_change_s(self, t_s: float) -> float:
        return min((edge_s for edge_s in self._edges_s if edge_s > t_s), default=math.inf)


@pytest.fixture
def failing(make_air: Callable[..., Any], engine: str) -> Callable[..., Any]:
    """An air whose station is down from 0.25 s to 1.25 s, as its outage process would play it."""

    def make(**fields: Any) -> Any:
        air = make_air((1e12, 1e12), link=_FLAT, engine=engine, downtime=_Down(0.25, 1.25), **fields)
        air.at(0.25, lambda: air.medium.fail("outage"))
        return air

    return make


def test_what_repeats_waits_and_goes_on(failing: Callable[..., Any]) -> None:
    """1 Mbit takes 0.5 s: half before the outage, half after it."""
    air = failing()
    air.send("A", [1e5] * 10, transport="reliable")
    ended = air.run().ended("A")
    assert ended["t_s"] == pytest.approx(1.5, abs=1e-9) and ended["airtime_s"] == pytest.approx(0.5, abs=1e-9)
    assert (ended["outcome"], ended["cut"], ended["cause"]) == ("delivered", False, None)


def test_what_does_not_repeat_ends_with_what_has_passed(failing: Callable[..., Any]) -> None:
    """In 0.25 s 0.5 Mbit fly: four packets of 120 kbit and 20 kbit of the fifth."""
    air = failing()
    air.send("A", [1.2e5] * 8, transport="unreliable")
    ended = air.run().ended("A")
    assert (ended["t_s"], ended["outcome"], ended["cut"], ended["cause"]) == (0.25, "partial", True, "outage")
    assert ended["lost"] == [4, 5, 6, 7] and ended["lost_bits"] == pytest.approx(0.2e5)
    assert air.deliveries["A"]["d0"].arrived.tolist() == [True] * 4 + [False] * 4


def test_what_starts_in_an_outage(failing: Callable[..., Any]) -> None:
    """It fails when it starts and has sent nothing, or waits for the end."""
    air = failing()
    air.send("A", [1e5] * 2, at_s=0.5, transport="unreliable")
    air.send("B", [1e5] * 2, at_s=0.5, links=(1,), transport="reliable")
    failed, waited = air.run().ended("A"), air.ended("B")
    assert (failed["t_s"], failed["outcome"], failed["cause"], failed["sent_bits"]) == (0.5, "lost", "outage", 0.0)
    assert waited["t_s"] == pytest.approx(1.35, abs=1e-9) and waited["sent_bits"] == 2e5


def test_nobody_has_a_share_while_the_station_is_down(failing: Callable[..., Any]) -> None:
    air = failing(background={"kind": "daily", "share": 0.5, "from_s": 0.0, "for_s": 3600.0})
    air.send("A", [1e5] * 4, transport="reliable")
    shared = [line for line in air.run().lines if line["type"] == "band_shared"]
    assert [(line["t_s"], line["shares_hz"]["A"], line["background_hz"]) for line in shared] == [
        (0.0, 0.5e6, 0.5e6),
        (0.25, 0.0, 0.5e6),
        (1.25, 0.5e6, 0.5e6),
    ]
    assert {line["station"] for line in shared} == {"cell"}


def test_an_outage_without_end_leaves_no_event(make_air: Callable[..., Any], engine: str) -> None:
    air = make_air((1e12,), link=_FLAT, engine=engine, downtime=_Down(0.25, math.inf), background="on_off")
    air.send("A", [1e6], transport="reliable")
    assert air.run().env.now < 1.0
    assert air.medium.idle_reason() == "uplink A: the rate is zero"


def test_a_cut_says_why(make_air: Callable[..., Any], engine: str) -> None:
    air = make_air((1e12,), link=_FLAT, engine=engine)
    air.send("A", [1e6])
    air.at(0.1, lambda: air.medium.cut("A", "crash"))
    assert air.run().ended("A")["cause"] == "crash"


def test_interference_raises_the_noise_from_now_on(make_air: Callable[..., Any], engine: str) -> None:
    """SNR 3, then 1: 2 bit/s/Hz for a quarter second, then 1."""
    air = make_air((3e6,), link={"kind": "shannon", "gap_db": 0.0}, engine=engine)
    air.send("A", [1e6])
    air.at(0.25, lambda: air.medium.set_noise_rise(np.array([3.0])))
    assert air.run().ended("A")["t_s"] == pytest.approx(0.75, abs=1e-9)


def test_shares_are_told_when_they_change(make_air: Callable[..., Any], engine: str) -> None:
    air, told = make_air((1e12, 1e12), link=_FLAT, engine=engine), []
    air.medium.on_shares = lambda shares: told.append(
        (air.env.now, {name: (links.tolist(), hz) for name, (links, hz) in shares.items()})
    )
    air.send("A", [1e6] * 2)
    air.send("B", [5e5], at_s=0.5, links=(1,))
    air.run()
    assert [t_s for t_s, _ in told] == pytest.approx([0.0, 0.5, 1.0, 1.25])
    assert [shares for _, shares in told] == [
        {"A": ([0], 1e6)},
        {"A": ([0], 5e5), "B": ([1], 5e5)},
        {"A": ([0], 1e6)},
        {},
    ]


def test_divisions_are_written_on_request(make_air: Callable[..., Any], engine: str) -> None:
    air = make_air((1e12,), link=_FLAT, engine=engine, trace_bands=False)
    air.send("A", [1e6])
    assert [line["type"] for line in air.run().lines] == ["transfer_started", "transfer_ended"]


def test_an_outage_does_not_try_the_patience(engine: str) -> None:
    patience = Patience(0.05)
    for _ in range(30_000):
        patience.pause(1.0, is_outage=True)
    assert patience.given_up is None
    for _ in range(20_000):
        patience.pause(1.0, is_outage=False)
    assert patience.given_up == "20000 divisions of the band"
