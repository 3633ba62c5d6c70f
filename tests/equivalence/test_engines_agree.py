"""The bulk medium against the reference engine: one event per packet, the same fates and times.

Both are given the same gains, efficiency curve, division of the band, uniforms and rule of what flies again. A third
reference in `test_medium_reference.py` works these out again, all but gains and the path of foreign traffic.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from wfsim.radio.fading import Fading
from wfsim.rng import Streams

_CASES = 200
_LINKS = 4
_SECONDS = {"rel": 0.0, "abs": 1e-9}
_BITS = {"rel": 1e-9, "abs": 1e-6}
_TRANSPORTS = [
    "unreliable",
    "reliable",
    {"kind": "reliable", "window_packets": 4},
    {"kind": "reliable_until_deadline", "max_attempts": 3},
    {"kind": "reliable_until_deadline", "max_attempts": 3, "window_packets": 5},
]
_NIGHTS = {"kind": "daily", "from_s": 0.15, "for_s": 0.2, "day_s": 0.5}
_ON_OFF = {"kind": "on_off", "mean_on_s": 0.05, "mean_off_s": 0.1, "share": 0.6}
_BACKGROUNDS = [
    "none",
    _ON_OFF,
    {"kind": "poisson", "rate_per_s": 20.0, "mean_s": 0.1, "share": 0.2, "max_share": 0.7},
    _NIGHTS,
    {"kind": "several", "of": [_ON_OFF, {**_NIGHTS, "share": 0.4}, {"kind": "on_off", "mean_on_s": 0.2}]},
]
_ACCESSES = [
    "fdma",
    "fdma",
    {"kind": "fdma", "work_conserving": False},
    "dedicated",
    "tdma",
    "round_robin",
    "wifi_dcf",
    "proportional_fair",
    "max_snr",
]
_SLOTS = ["tdma", "round_robin", "proportional_fair", "max_snr"]
_SHARED = [access for access in _ACCESSES if access != "dedicated"]
_COUNTS = ("outcome", "cut", "cause", "packets_sent", "packets_lost", "attempts", "lost")
_BLOCKS = ("blocks", "blocks_at_cap", "blocks_at_zero")
_AMOUNTS = ("sent_bits", "delivered_bits", "lost_bits", "repeated_bits", "undelivered_bits")

Case = tuple[dict[str, Any], list[dict[str, Any]]]


def _draw_setting(draw: random.Random) -> dict[str, Any]:
    coherence_s = draw.choice([0.0, 0.02, 1 / 30, 0.1])
    age_s = draw.choice([0.0, 0.3, 1.0, 2.6]) * coherence_s
    margin_db = draw.choice([0.0, 3.0])
    band_hz = draw.choice([3e5, 1e6])
    link = {"kind": "shannon", "gap_db": draw.choice([0.0, 2.0]), "max_bps_per_hz": draw.choice([2.0, 7.4])}
    floor, residual_loss = draw.choice([0.0, 0.3]), draw.choice([0.0, 0.2])
    return {
        "snr_hz": [10.0 ** draw.uniform(5.5, 7.5) for _ in range(_LINKS)],
        "band_hz": band_hz,
        "coherence_s": coherence_s,
        "power_band_hz": draw.choice([None, band_hz]),
        "access": draw.choice(_ACCESSES),
        "link": {
            **link,
            "min_bps_per_hz": floor if coherence_s else 0.0,
            "csi_age_s": age_s,
            "margin_db": margin_db,
            "residual_loss": residual_loss,
        },
        "background": draw.choice(_BACKGROUNDS),
        "start_s": draw.choice([0.0, 0.3, 50_000.0]),
        "blocked": draw.random() < 0.3,
        "outages": draw.choice([[], [], [(0.1, 0.25), (0.6, 0.7)], [(0.0, 0.05), (0.3, 1.0)]]),
        "rises": draw.choice([[], [], [(at_s, draw.uniform(1.0, 8.0)) for at_s in (0.05, 0.13, 0.4)]]),
    }


def _draw_flight(draw: random.Random, number: int, count: int) -> dict[str, Any]:
    start_s = draw.choice([0.0, 0.1, draw.uniform(0.0, 0.6)])
    transport = draw.choice(_TRANSPORTS)
    # Stale knowledge may lose every packet for ever, so what repeats without limit must be cut.
    latest_s = start_s + 4.0 if transport in _TRANSPORTS[1:3] else None
    return {
        "name": f"f{number}",
        "bits": [float(draw.randint(500, 12_000)) for _ in range(draw.randint(1, 30))],
        "links": draw.choice([[number % _LINKS], [number % _LINKS], sorted(draw.sample(range(_LINKS), 3))]),
        "weight": draw.uniform(0.2, 1.0) / count,
        "transport": transport,
        "at_s": start_s,
        "cut_s": draw.choice([latest_s, start_s + 2.0, start_s + draw.uniform(0.05, 0.5)]),
    }


def _draw_case(case: int) -> Case:
    draw = random.Random(case)
    setting, count = _draw_setting(draw), draw.randint(1, 5)
    setting["duty_cycle"] = (1.0, 1.0, 0.4, 1.0, 0.15)[case % 5]
    return setting, [_draw_flight(draw, number, count) for number in range(count)]


def _fly(make_air: Callable[..., Any], case: Case, engine: str) -> Any:
    setting, flights = case
    names = [f"d{number}" for number in range(_LINKS)]
    paths = Fading.parse(_fading(setting)).realise(Streams(1), names)
    given = ("band_hz", "power_band_hz", "access", "link", "background", "start_s", "duty_cycle")
    fields = {name: setting[name] for name in given}
    downtime = _Planned(setting["outages"])
    air = make_air(setting["snr_hz"], paths=paths, engine=engine, downtime=downtime, **fields)
    for at_s, _ in downtime.spans_s:
        air.at(at_s, partial(air.medium.fail, "outage"))
    for at_s, rise in setting["rises"]:
        air.at(at_s, partial(air.medium.set_noise_rise, np.linspace(1.0, rise, _LINKS)))
    for flight in flights:
        air.send(**{name: value for name, value in flight.items() if name != "cut_s"})
        if flight["cut_s"] is not None:
            air.cut(flight["name"], at_s=flight["cut_s"])
    return air.run()


@dataclass(frozen=True)
class _Planned:
    """Outages from each first to each second time."""

    spans_s: list[tuple[float, float]]

    def is_down(self, t_s: float) -> bool:
        return any(start_s <= t_s < end_s for start_s, end_s in self.spans_s)

    def next_change_s(self, t_s: float) -> float:
        return min((edge_s for span_s in self.spans_s for edge_s in span_s if edge_s > t_s), default=math.inf)


def _fading(setting: dict[str, Any]) -> Any:
    fading = {"kind": "rayleigh", "coherence_s": setting["coherence_s"]} if setting["coherence_s"] else "none"
    sojourns = {"mean_clear_s": 0.3, "mean_blocked_s": 0.1}
    return {"kind": "blockage", "inner": fading, "coherence_s": 0.02, **sojourns} if setting["blocked"] else fading


@pytest.mark.parametrize("number", range(_CASES))
def test_same_fates_packet_for_packet(make_air: Callable[..., Any], number: int) -> None:
    case = _draw_case(number)
    bulk, reference = (_fly(make_air, case, engine) for engine in ("bulk", "reference"))
    for flight in case[1]:
        for device in (f"d{link}" for link in flight["links"]):
            one, other = bulk.ended(flight["name"], device), reference.ended(flight["name"], device)
            assert [one[name] for name in _COUNTS + _BLOCKS] == [other[name] for name in _COUNTS + _BLOCKS]
            assert [one[name] for name in ("t_s", "airtime_s")] == pytest.approx(
                [other[name] for name in ("t_s", "airtime_s")], **_SECONDS
            )
            assert [one[name] for name in _AMOUNTS] == pytest.approx([other[name] for name in _AMOUNTS], **_BITS)
            arrived, expected = (air.deliveries[flight["name"]][device].arrived for air in (bulk, reference))
            assert arrived.tolist() == expected.tolist()


def test_the_cases_hold_what_they_should(make_air: Callable[..., Any]) -> None:
    """At least so many of the 200 cases meet each thing: otherwise the agreement says little."""
    least = {
        "a band that several share": 80,
        "fading": 100,
        "knowledge with an age": 80,
        "a limit on passes": 100,
        "a window": 100,
        "windows and repetitions": 60,
        "links that are blocked": 40,
        "a band that is closed": 40,
        "several kinds of foreign traffic": 25,
        "a broadcast": 100,
        "power over the whole band": 80,
        "foreign traffic that changes": 100,
        "a cut": 80,
        "a partial delivery": 60,
        "several passes": 80,
        "outages alone": 40,
        "residual losses alone": 30,
        "outages and residual losses": 40,
        "a scheduler": 25,
        "slots of time": 40,
        "a duty cycle": 60,
        "a duty cycle that binds in slots": 15,
        "outages of the station": 80,
        "what an outage ends": 30,
        "interference": 50,
        "a rate of zero": 40,
        "a rate at the cap": 60,
    }
    seen: Counter[str] = Counter()
    for case in map(_draw_case, range(_CASES)):
        seen.update(_features(case, _fly(make_air, case, "bulk").lines))
    assert seen.keys() == least.keys() and all(seen[name] >= count for name, count in least.items()), seen


def _features(case: Case, lines: list[dict[str, Any]]) -> Iterator[str]:
    yield from _set(*case)
    yield from _met(case[0]["link"], [line for line in lines if line["type"] == "transfer_ended"])
    shared = [line for line in lines if line["type"] == "band_shared"]
    if len({line["background_hz"] for line in shared}) > 1:
        yield "foreign traffic that changes"
    if any(line["background_hz"] == line["band_hz"] for line in shared):
        yield "a band that is closed"
    repeated = {line["transfer"] for line in lines if line["type"] == "transfer_ended" and line["attempts"] > 1}
    if any("window_packets" in flight["transport"] and flight["name"] in repeated for flight in case[1]):
        yield "windows and repetitions"


def _set(setting: dict[str, Any], flights: list[dict[str, Any]]) -> list[str]:
    features = {
        "a band that several share": len(flights) > 1 and setting["access"] in _SHARED,
        "a scheduler": len(flights) > 1 and setting["access"] in ("proportional_fair", "max_snr"),
        "slots of time": len(flights) > 1 and setting["access"] in ("tdma", "round_robin", "wifi_dcf"),
        "a duty cycle": setting["duty_cycle"] < 1.0,
        "a duty cycle that binds in slots": len(flights) * setting["duty_cycle"] < 1.0 and setting["access"] in _SLOTS,
        "outages of the station": bool(setting["outages"]),
        "interference": bool(setting["rises"]),
        "fading": setting["coherence_s"] > 0.0,
        "knowledge with an age": setting["link"]["csi_age_s"] > 0.0,
        "a limit on passes": any("max_attempts" in flight["transport"] for flight in flights),
        "a window": any("window_packets" in flight["transport"] for flight in flights),
        "links that are blocked": setting["blocked"],
        "several kinds of foreign traffic": "of" in setting["background"],
        "a broadcast": any(len(flight["links"]) > 1 for flight in flights),
        "power over the whole band": setting["power_band_hz"] is not None,
    }
    return [name for name, holds in features.items() if holds]


def _met(link: dict[str, Any], ended: list[dict[str, Any]]) -> list[str]:
    lost, aged = any(line["packets_lost"] for line in ended), link["csi_age_s"] > 0.0
    features = {
        "a cut": any(line["cut"] for line in ended),
        "a partial delivery": any(line["outcome"] == "partial" for line in ended),
        "several passes": any(line["attempts"] > 1 for line in ended),
        "outages alone": lost and not link["residual_loss"],
        "residual losses alone": lost and not aged,
        "outages and residual losses": lost and aged and link["residual_loss"],
        "what an outage ends": any(line["cause"] == "outage" for line in ended),
        "a rate of zero": any(line["blocks_at_zero"] for line in ended),
        "a rate at the cap": any(line["blocks_at_cap"] for line in ended),
    }
    return [name for name, holds in features.items() if holds]


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        [
            "protocol={kind: deadline, round_s: 4.0}",
            "radio.transport=reliable_until_deadline",
            "radio.downlink=unicast",
        ],
        [
            "protocol={kind: deadline, round_s: 6.0}",
            "radio.transport={kind: reliable_until_deadline, window_packets: 4}",
            "radio.fading={kind: blockage, mean_clear_s: 1.0, mean_blocked_s: 0.2}",
            "start_time=21:59:58",
            "radio.background={kind: daily, from_s: 79200, for_s: 2}",
        ],
    ],
    ids=["synchronous", "deadline", "windows, blockage and a night"],
)
def test_one_federation_under_both_engines(play: Callable[..., Any], overrides: list[str]) -> None:
    """Same rounds, same uploads, same fates, the same gains met."""
    network = [
        "trace.channel=true",
        "radio.link={residual_loss: 0.1, csi_age_s: 0.02, margin_db: 2}",
        "radio.background=on_off",
    ]
    runs = [
        play(
            "digits.yaml",
            ["learning.kind=none", "stop.rounds=2", *network, *overrides, f"radio.packets.engine={engine}"],
        )
        for engine in ("bulk", "reference")
    ]
    for lines in zip(*(_of(run, "round_closed") for run in runs), strict=True):
        numbers, others = ({k: v for k, v in line.items() if isinstance(v, float)} for line in lines)
        assert numbers == pytest.approx(others, **_SECONDS)
        assert [line | numbers for line in lines] == [lines[0]] * 2
    assert _gains(runs[0]) == _gains(runs[1])
    one, other = (_by_transfer(run) for run in runs)
    assert one.keys() == other.keys()
    for key, line in one.items():
        assert [line[name] for name in _COUNTS] == [other[key][name] for name in _COUNTS]
        assert line["t_s"] == pytest.approx(other[key]["t_s"], **_SECONDS)


def _of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    hidden = ("seq", "type", "hash")
    return [{k: v for k, v in line.items() if k not in hidden} for line in lines if line["type"] == kind]


def _gains(lines: list[dict[str, Any]]) -> list[tuple[str, int, float]]:
    return sorted((line["link"], line["block"], line["gain"]) for line in _of(lines, "channel_gain"))


def _by_transfer(lines: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(line["transfer"], line["device"]): line for line in _of(lines, "transfer_ended")}
