"""The medium's few vectorised events against a slow reference in plain Python that steps from packet end to packet end.

The reference shares nothing with the medium but the fading gains, the path of foreign traffic and the address of a
packet's fate.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from wfsim.radio.background import Background
from wfsim.radio.fading import Fading, FadingPaths
from wfsim.rng import Streams

_SEED = 3
_CASES = 64
_ON_OFF = {"kind": "on_off", "mean_on_s": 0.05, "mean_off_s": 0.1, "share": 0.6}
_NIGHTS = {"kind": "daily", "from_s": 0.15, "for_s": 0.2, "day_s": 0.5}


@dataclass(kw_only=True)
class _Setting:
    """A cell in its simplest terms. Efficiency is min(log2(1 + snr / gap), cap), 0 below the floor."""

    snr_hz: list[float]
    band_hz: float
    work_conserving: bool
    coherence_s: Fraction
    csi_age_s: Fraction
    margin_db: float
    gap_db: float
    cap: float
    floor: float
    residual_loss: float
    power_band_hz: float | None
    background: Any
    blocked: bool

    def efficiency(self, snr: float) -> float:
        curve = math.log2(1.0 + snr / 10.0 ** (self.gap_db / 10.0))
        return 0.0 if curve < self.floor else min(curve, self.cap)

    def link(self) -> dict[str, Any]:
        return {
            "kind": "shannon",
            "gap_db": self.gap_db,
            "max_bps_per_hz": self.cap,
            "min_bps_per_hz": self.floor,
            "residual_loss": self.residual_loss,
            "csi_age_s": float(self.csi_age_s),
            "margin_db": self.margin_db,
        }

    def paths(self) -> FadingPaths:
        names = [f"d{number}" for number in range(len(self.snr_hz))]
        fading: Any = {"kind": "rayleigh", "coherence_s": float(self.coherence_s)}
        if self.blocked:
            fading = {"kind": "blockage", "inner": fading, "mean_clear_s": 0.3, "mean_blocked_s": 0.1}
        return Fading.parse(fading).realise(Streams(_SEED), names)


@dataclass(kw_only=True)
class _Flight:
    """One transfer of the reference."""

    name: str
    bits: list[float]
    links: list[int]
    weight: float
    transport: dict[str, Any]
    start_s: float
    cut_s: float = math.inf
    end_s: float = math.nan
    lost_packets: int = 0
    sent_bits: float = 0.0
    flights: list[int] = field(init=False)
    arrived: list[list[bool]] = field(init=False)
    queue: list[int] = field(init=False)
    left: float = field(init=False)
    spoiled: list[bool] = field(init=False)

    def __post_init__(self) -> None:
        self.arrived, self.flights = [[False] * len(self.bits) for _ in self.links], [0] * len(self.bits)
        self._next_pass()

    def _load(self, queue: list[int]) -> None:
        self.queue, self.left, self.spoiled = queue, self.bits[queue[0]], [False] * len(self.links)

    def packet_ends(self, residual_loss: float) -> None:
        packet = self.queue[0]
        for receiver, link in enumerate(self.links):
            flight = self.flights[packet]
            uniforms = Streams(_SEED).uniforms(len(self.bits), "packet_fate", self.name, f"d{link}", flight)
            lost = self.spoiled[receiver] or uniforms[packet] < residual_loss
            self.lost_packets += lost and not self.arrived[receiver][packet]
            self.arrived[receiver][packet] |= not lost
        self.sent_bits += self.bits[packet]
        if self.queue[1:]:
            self._load(self.queue[1:])
        else:
            self._next_pass()

    def _next_pass(self) -> None:
        limit = {"unreliable": 1, "reliable": math.inf}.get(self.transport["kind"]) or self.transport["max_attempts"]
        missing = [p for p in range(len(self.bits)) if not all(mask[p] for mask in self.arrived)]
        again = [p for p in missing if 0 < self.flights[p] < limit]
        sent = (again + [p for p in missing if not self.flights[p]])[: self.transport.get("window_packets")]
        self.queue, self.left = [], 0.0
        for packet in sent:
            self.flights[packet] += 1
        if sent:
            self._load(sent)

    def stop(self, now_s: float) -> None:
        self.end_s = now_s
        if self.queue:
            self.sent_bits += self.bits[self.queue[0]] - self.left
        if self.transport["kind"] == "reliable":
            self.arrived = [mask if all(mask) else [False] * len(mask) for mask in self.arrived]


class _Reference:
    """Steps to whatever comes first: a packet's end, a block boundary, a change of knowledge, a start or a cut."""

    def __init__(self, setting: _Setting, flights: list[_Flight]) -> None:
        self.setting, self.paths, self.flights = setting, setting.paths(), flights
        self.foreign = Background.parse(setting.background).realise(Streams(_SEED), "up", 0.0)
        self.now_s = 0.0
        self.block = 0
        self.csi_block = math.floor(-setting.csi_age_s / setting.coherence_s)

    def run(self) -> None:
        while any(math.isnan(flight.end_s) for flight in self.flights):
            self._step([f for f in self.flights if f.start_s <= self.now_s and math.isnan(f.end_s)])

    def _step(self, active: list[_Flight]) -> None:
        rates = [self._rate_bps(flight, active) for flight in active]
        ends_s = [self.now_s + f.left / rate if rate else math.inf for f, (rate, _) in zip(active, rates, strict=True)]
        then_s = min([*self._changes_s(), *ends_s])
        for flight, (rate, spoiled), end_s in zip(active, rates, ends_s, strict=True):
            flight.left -= rate * (then_s - self.now_s)
            if then_s > self.now_s:
                flight.spoiled = [old or new for old, new in zip(flight.spoiled, spoiled, strict=True)]
            if end_s - then_s < 1e-13:
                flight.packet_ends(self.setting.residual_loss)
            if not flight.queue or flight.cut_s <= then_s:
                flight.stop(then_s)
        self._advance(then_s)

    def _changes_s(self) -> Iterator[float]:
        yield from (t for f in self.flights for t in (f.start_s, f.cut_s) if t > self.now_s)
        yield self.foreign.holds_until_s(self.now_s)
        yield float((self.block + 1) * self.setting.coherence_s)
        yield float((self.csi_block + 1) * self.setting.coherence_s + self.setting.csi_age_s)

    def _advance(self, then_s: float) -> None:
        self.now_s = then_s
        soon_s, coherence_s = Fraction(then_s) + Fraction(1, 10**13), self.setting.coherence_s
        while (self.block + 1) * coherence_s <= soon_s:
            self.block += 1
        while (self.csi_block + 1) * coherence_s + self.setting.csi_age_s <= soon_s:
            self.csi_block += 1

    def _rate_bps(self, flight: _Flight, active: list[_Flight]) -> tuple[float, list[bool]]:
        total = sum(f.weight for f in active) if self.setting.work_conserving else 1.0
        if self.foreign.share(self.now_s) == 1.0:
            return 0.0, [False] * len(flight.links)
        share_hz = self.setting.band_hz * (1.0 - self.foreign.share(self.now_s)) * flight.weight / total
        chosen = min(self._efficiency(link, share_hz, self.csi_block, self.setting.margin_db) for link in flight.links)
        spoiled = [chosen > self._efficiency(link, share_hz, self.block, 0.0) for link in flight.links]
        return share_hz * chosen, spoiled

    def _efficiency(self, link: int, share_hz: float, block: int, margin_db: float) -> float:
        gain = float(self.paths.block_gains(np.array([link]), block, 1)[0, 0])
        snr = self.setting.snr_hz[link] * gain / (self.setting.power_band_hz or share_hz)
        return self.setting.efficiency(snr * 10.0 ** (-margin_db / 10.0))


def _draw_setting(draw: random.Random) -> _Setting:
    coherence_s = draw.choice([Fraction(1, 50), Fraction(1, 30), Fraction(1, 10)])
    band_hz = draw.choice([3e5, 1e6])
    ages = [Fraction(0), coherence_s * Fraction(3, 10), coherence_s, coherence_s * Fraction(26, 10)]
    return _Setting(
        snr_hz=[10.0 ** draw.uniform(5.5, 7.5) for _ in range(4)],
        band_hz=band_hz,
        work_conserving=draw.random() < 0.7,
        coherence_s=coherence_s,
        csi_age_s=draw.choice(ages),
        margin_db=draw.choice([0.0, 3.0]),
        gap_db=draw.choice([0.0, 2.0]),
        cap=draw.choice([2.0, 7.4]),
        floor=draw.choice([0.0, 0.3]),
        residual_loss=draw.choice([0.0, 0.2]),
        power_band_hz=draw.choice([None, band_hz]),
        background=draw.choice(["none", _ON_OFF, _NIGHTS, {"kind": "several", "of": [_NIGHTS, _ON_OFF]}]),
        blocked=draw.random() < 0.3,
    )


def _draw_flight(draw: random.Random, number: int, count: int) -> _Flight:
    start_s = draw.choice([0.0, 0.1, draw.uniform(0.0, 0.6)])
    links = draw.choice([[number % 4], sorted(draw.sample(range(4), 2))])
    limited = {"kind": "reliable_until_deadline", "max_attempts": 3}
    transports = [{"kind": "unreliable"}, {"kind": "reliable"}, limited, {**limited, "window_packets": 4}]
    return _Flight(
        name=f"f{number}",
        bits=[float(draw.randint(500, 12_000)) for _ in range(draw.randint(1, 40))],
        links=links,
        weight=draw.uniform(0.2, 1.0) / count,
        transport=draw.choice(transports),
        start_s=start_s,
        cut_s=start_s + draw.choice([math.inf, 2.0, draw.uniform(0.05, 0.5)]),
    )


def _draw_case(case: int) -> tuple[_Setting, list[_Flight]]:
    draw = random.Random(case)
    setting, count = _draw_setting(draw), draw.randint(1, 5)
    return setting, [_draw_flight(draw, number, count) for number in range(count)]


def _fly(make_air: Callable[..., Any], setting: _Setting, flights: list[_Flight], engine: str) -> Any:
    access = {"kind": "fdma", "work_conserving": setting.work_conserving}
    fields = {name: getattr(setting, name) for name in ("band_hz", "power_band_hz", "background")}
    air = make_air(
        setting.snr_hz, link=setting.link(), access=access, paths=setting.paths(), seed=_SEED, engine=engine, **fields
    )
    for flight in flights:
        air.send(
            flight.name,
            flight.bits,
            at_s=flight.start_s,
            links=flight.links,
            weight=flight.weight,
            transport=flight.transport,
        )
        if math.isfinite(flight.cut_s):
            air.cut(flight.name, at_s=flight.cut_s)
    return air.run()


@pytest.mark.parametrize("engine", ["bulk", "reference"])
@pytest.mark.parametrize("case", range(_CASES))
def test_same_deliveries_packet_for_packet(make_air: Callable[..., Any], case: int, engine: str) -> None:
    setting, flights = _draw_case(case)
    air = _fly(make_air, setting, flights, engine)
    _Reference(setting, flights).run()
    for flight in flights:
        ended = air.ended(flight.name, f"d{flight.links[0]}")
        assert ended["t_s"] == pytest.approx(flight.end_s, rel=0.0, abs=1e-9)
        assert ended["attempts"] == max(flight.flights)
        assert ended["sent_bits"] == pytest.approx(flight.sent_bits, rel=1e-9)
        arrived = [air.deliveries[flight.name][f"d{link}"].arrived.tolist() for link in flight.links]
        assert arrived == flight.arrived


def test_the_cases_hold_what_they_should() -> None:
    """Outage with and without margin, stale knowledge, cuts and repeats: otherwise the agreement above says little."""
    outages = {"stale, no margin": 0, "stale, margin": 0, "fresh": 0}
    cuts = repeats = windows = 0
    for setting, flights in map(_draw_case, range(_CASES)):
        _Reference(setting, flights).run()
        kind = ("stale, margin" if setting.margin_db else "stale, no margin") if setting.csi_age_s else "fresh"
        outages[kind] += sum(f.lost_packets for f in flights) if not setting.residual_loss else 0
        cuts += sum(f.end_s == f.cut_s for f in flights)
        repeats += sum(max(f.flights) > 1 for f in flights)
        windows += sum(max(f.flights) > 1 and "window_packets" in f.transport for f in flights)
    assert outages["stale, no margin"] > 100 and outages["stale, margin"] > 20 and outages["fresh"] == 0
    assert cuts > 10 and repeats > 10 and windows > 10
