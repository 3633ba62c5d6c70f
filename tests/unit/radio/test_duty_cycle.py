"""A duty cycle: the same bits over the same band at the same SNR, in a part of the time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from wfsim.radio.lora import airtime_s

BITS = [12_000.0] * 20
SNR_HZ, BAND_HZ = 1e7, 1e6
ENGINES = ["bulk", "reference"]


@pytest.fixture
def fly(make_air: Callable[..., Any]) -> Callable[..., Any]:
    """`fly(2, access="tdma", duty_cycle=0.1)` -> the air after two like transfers."""

    def fly(count: int, **fields: Any) -> Any:
        air = make_air([SNR_HZ] * count, band_hz=BAND_HZ, **fields)
        for link in range(count):
            air.send(f"f{link}", BITS, at_s=0.0, links=[link], weight=1.0 / count, transport="reliable")
        return air.run()

    return fly


@pytest.mark.parametrize("engine", ENGINES)
def test_a_transfer_lasts_longer_but_radiates_as_long(fly: Callable[..., Any], engine: str) -> None:
    """bits / (D (B/2) log2(1 + P / (N0 B/2))): power stays over a sender's sub-band, joules are of airtime."""
    half_hz = BAND_HZ / 2.0
    always_s = sum(BITS) / (half_hz * math.log2(1.0 + SNR_HZ / half_hz / 10.0**0.2))
    ended = fly(2, access="fdma", duty_cycle=0.01, engine=engine, link={"kind": "shannon", "gap_db": 2.0}).ended("f0")
    assert ended["t_s"] == pytest.approx(100.0 * always_s, rel=1e-9)
    assert ended["airtime_s"] == pytest.approx(always_s, rel=1e-9)
    assert ended["energy_j"] == pytest.approx(2.0 * always_s, rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("access", ["tdma", "round_robin", "proportional_fair", "max_snr"])
@pytest.mark.parametrize(("duty_cycle", "times"), [(0.8, 4.0), (0.25, 4.0), (0.1, 10.0)])
def test_slots_count_as_time_on_the_air(
    fly: Callable[..., Any], access: str, engine: str, duty_cycle: float, times: float
) -> None:
    """With a quarter of the slots each of four senders is within a duty cycle of a quarter and more already."""
    alone = fly(1, access=access, engine=engine).ended("f0")
    ended = fly(4, access=access, engine=engine, duty_cycle=duty_cycle).ended("f3")
    assert ended["t_s"] == pytest.approx(times * alone["t_s"], rel=1e-9)
    assert ended["airtime_s"] == pytest.approx(alone["airtime_s"], rel=1e-9)


def test_the_journal_holds_the_part_of_the_band_that_is_used(fly: Callable[..., Any]) -> None:
    shared = [line for line in fly(4, duty_cycle=0.1).lines if line["type"] == "band_shared"]
    assert shared[0]["band_hz"] == BAND_HZ
    assert list(shared[0]["shares_hz"].values()) == pytest.approx([0.1 * BAND_HZ / 4.0] * 4, rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_400_bytes_over_lorawan(make_air: Callable[..., Any], engine: str) -> None:
    """Two packets of SF7 with 13 bytes of headers each, a hundred times their time on the air (Semtech's formula). The
    medium's rate is that of a full packet, so it counts too little of the short one's preamble: 3 %."""
    sizes = (222 + 13, 178 + 13)
    air = make_air([1e7], band_hz=125e3, link="lora", access="dedicated", duty_cycle=0.01, engine=engine)
    air.send("f", [8.0 * size for size in sizes], at_s=0.0, links=[0], weight=1.0, transport="unreliable")
    expected_s = 100.0 * sum(airtime_s(size, 7, 125e3) for size in sizes)
    assert air.run().ended("f")["t_s"] == pytest.approx(expected_s, rel=0.03)
