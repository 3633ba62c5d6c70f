"""Ways to share the band against closed forms: time division, schedulers, Bianchi's saturated Wi-Fi."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wfsim.radio.access.wifi_dcf import WifiDcf
from wfsim.radio.fading import Fading
from wfsim.rng import Streams

_ORACLE = json.loads((Path(__file__).parent / "access.json").read_text(encoding="utf-8"))
_SHANNON = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 100.0}
_FHSS = {  # the setting of the oracle's source
    "slot_s": 50e-6,
    "sifs_s": 28e-6,
    "difs_s": 128e-6,
    "delay_s": 1e-6,
    "phy_s": 128e-6,
    "payload_bits": 8184,
    "nominal_bps": 1e6,
}
_BLOCKS, _BLOCK_S = 20_000, 1e-3


@pytest.mark.parametrize(
    ("access", "ends_s"),
    [("tdma", (1.0, 3.0)), ("round_robin", (1.5, 2.5))],
)
def test_time_division(make_air: Callable[..., Any], access: str, ends_s: tuple[float, float]) -> None:
    """SNR 3 and 1 over the whole band: 2 and 1 Mbit/s, three and one quarter of the time or half of it each."""
    bits = {"tdma": ([1.5e6], [2.25e6]), "round_robin": ([1.5e6], [1.75e6])}[access]
    air = make_air((3e6, 1e6), link=_SHANNON, access=access)
    air.send("A", bits[0], weight=0.75)
    air.send("B", bits[1], weight=0.25, links=(1,))
    air.run()
    assert [air.end_s("A"), air.end_s("B")] == pytest.approx(ends_s, abs=1e-9)
    # Each is on the air in its own slots: its bits at its full rate.
    airtimes_s = [air.ended("A")["airtime_s"], air.ended("B")["airtime_s"]]
    assert airtimes_s == pytest.approx([bits[0][0] / 2e6, bits[1][0] / 1e6], abs=1e-9)
    assert air.ended("B")["energy_j"] == pytest.approx(2.0 * airtimes_s[1])


def test_foreign_traffic_takes_its_part_of_the_time(make_air: Callable[..., Any]) -> None:
    background = {"kind": "daily", "share": 0.5, "from_s": 0.0, "for_s": 3600.0}
    air = make_air((3e6,), link=_SHANNON, access="tdma", background=background)
    air.send("A", [1e6])
    assert air.run().end_s("A") == pytest.approx(1.0) and air.ended("A")["airtime_s"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "case", _ORACLE["best_of_K_ergodic_capacity"]["cases"], ids=lambda case: f"best of {case['K']}"
)
@pytest.mark.parametrize("access", ["proportional_fair", "max_snr"])
def test_a_scheduler_has_the_capacity_of_the_best(make_air: Callable[..., Any], access: str, case: Any) -> None:
    """K links alike: the cell's rate is the ergodic capacity of the best of K gains, and everybody gets 1/K of it."""
    count, snr = case["K"], 10.0 ** (case["gbar_db"] / 10.0)
    names = [f"d{number}" for number in range(count)]
    paths = Fading.parse({"kind": "rayleigh", "coherence_s": _BLOCK_S}).realise(Streams(3), names)
    air = make_air([snr * 1e6] * count, link=_SHANNON, access=access, paths=paths)
    for number in range(count):
        air.send(f"A{number}", [1e3] * 100_000, links=(number,), weight=1.0 / count)
        air.cut(f"A{number}", at_s=_BLOCKS * _BLOCK_S)
    sent = np.array([air.run().ended(f"A{number}")["sent_bits"] for number in range(count)])
    rates = np.log2(1.0 + snr * np.linspace(0.0, 60.0, 600_001))
    density = np.diff((1.0 - np.exp(-np.linspace(0.0, 60.0, 600_001))) ** count)
    middle = 0.5 * (rates[1:] + rates[:-1])
    deviation = np.sqrt(density @ middle**2 - (density @ middle) ** 2)
    assert density @ middle == pytest.approx(case["C"], rel=1e-6)
    assert abs(sent.sum() / (_BLOCKS * _BLOCK_S * 1e6) - case["C"]) < 4.5 * deviation / _BLOCKS**0.5
    share_se = np.sqrt((1.0 / count) * (1.0 - 1.0 / count) / _BLOCKS)
    shares = [air.ended(f"A{number}")["airtime_s"] / (_BLOCKS * _BLOCK_S) for number in range(count)]
    assert np.abs(np.array(shares) - 1.0 / count).max() < 4.5 * share_se


def test_near_and_far(make_air: Callable[..., Any]) -> None:
    """20 dB apart: half of the time each by proportional fairness; P(far is better) = 1/101 by the greatest SNR."""
    near_share = {}
    for access in ("proportional_fair", "max_snr"):
        paths = Fading.parse({"kind": "rayleigh", "coherence_s": _BLOCK_S}).realise(Streams(3), ["d0", "d1"])
        air = make_air([1e8, 1e6], link=_SHANNON, access=access, paths=paths)
        for number in range(2):
            air.send(f"A{number}", [1e3] * 200_000, links=(number,), weight=0.5)
            air.cut(f"A{number}", at_s=_BLOCKS * _BLOCK_S)
        near_share[access] = air.run().ended("A0")["airtime_s"] / (_BLOCKS * _BLOCK_S)
    assert abs(near_share["proportional_fair"] - 0.5) < 4.5 * 0.5 / _BLOCKS**0.5
    assert abs(near_share["max_snr"] - 100.0 / 101.0) < 4.5 * (100.0 / 101.0**2 / _BLOCKS) ** 0.5


def _dcf(case: Any, **fields: Any) -> WifiDcf:
    return WifiDcf(**_FHSS, min_window=case["W"], stages=case["m"], **fields)


@pytest.mark.parametrize("case", _ORACLE["bianchi_dcf"]["cases"])
def test_saturation_throughput(case: Any) -> None:
    basic, reserved = (_dcf(case, rts_cts=rts_cts).contention(case["n"]) for rts_cts in (False, True))
    assert basic.collision == pytest.approx(case["p"], abs=1e-9)
    assert [basic.throughput, reserved.throughput] == pytest.approx([case["S_basic"], case["S_rtscts"]], rel=1e-9)


def _contend(dcf: WifiDcf, stations: int, frames: int) -> tuple[float, float]:
    """Slot by slot: the fraction of time in which payload flies, and that in which one station radiates."""
    draw = random.Random(1)
    stages, counters = [0] * stations, [draw.randrange(dcf.min_window) for _ in range(stations)]
    time_s, delivered, sent = 0.0, 0, 0
    while sent < frames:
        empty = min(counters)
        time_s += empty * dcf.slot_s
        senders = [station for station in range(stations) if counters[station] == empty]
        counters = [counter - empty - 1 for counter in counters]
        sent += len(senders)
        delivered += len(senders) == 1
        time_s += dcf.success_s() if len(senders) == 1 else dcf.collision_s()
        for station in senders:
            stages[station] = 0 if len(senders) == 1 else min(stages[station] + 1, dcf.stages)
            counters[station] = draw.randrange(dcf.min_window * 2 ** stages[station])
    return delivered * dcf.payload_bits / dcf.nominal_bps / time_s, sent * dcf.data_s() / time_s / stations


@pytest.mark.parametrize("stations", [2, 5, 20])
def test_bianchi_against_slots(stations: int) -> None:
    dcf = WifiDcf(**_FHSS, min_window=32, stages=3)
    throughput, on_air = _contend(dcf, stations, 40_000)
    state = dcf.contention(stations)
    assert (throughput, on_air) == pytest.approx((state.throughput, state.on_air), rel=0.01)


def test_stations_share_what_contention_leaves(make_air: Callable[..., Any]) -> None:
    """Two stations: S(2)/2 of the band each, then S(1) for the one that is left, at the SNR over the whole band."""
    dcf = WifiDcf()
    both, alone = (dcf.contention(stations).throughput for stations in (2, 1))
    air = make_air((3e6, 3e6), link=_SHANNON, access="wifi_dcf")
    air.send("A", [1e6], weight=0.1)
    air.send("B", [2e6], weight=0.9, links=(1,))
    first_s = 1e6 / (2e6 * both / 2.0)
    assert air.run().end_s("A") == pytest.approx(first_s)
    assert air.end_s("B") == pytest.approx(first_s + 1e6 / (2e6 * alone))
    assert air.ended("A")["airtime_s"] == pytest.approx(first_s * dcf.contention(2).on_air)
