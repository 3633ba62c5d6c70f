"""One cell's medium driven by hand: transfers booked for their time, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from wfsim.messages import Delivery
from wfsim.outages import Downtime
from wfsim.outages.none import AlwaysUp
from wfsim.radio.access import Access
from wfsim.radio.background import Background
from wfsim.radio.band import Band
from wfsim.radio.channel import Channel
from wfsim.radio.engines import ENGINES, PacketEngine
from wfsim.radio.fading import ConstantPaths, FadingPaths
from wfsim.radio.link import Link
from wfsim.radio.loss import PacketLoss
from wfsim.radio.records import AirRecords
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport import Transport
from wfsim.rng import Streams
from wfsim.trace import Journal

Lines = list[dict[str, Any]]


@dataclass(kw_only=True)
class Air:
    """A medium with its clock, journal lines and deliveries; `send` and `cut` are booked for their time, `run` runs."""

    env: simpy.Environment
    medium: PacketEngine
    names: tuple[str, ...]
    lines: Lines
    deliveries: dict[str, dict[str, Delivery]] = field(default_factory=dict)

    def send(
        self,
        name: str,
        bits: Sequence[float],
        *,
        at_s: float = 0.0,
        links: Sequence[int] = (0,),
        weight: float = 1.0,
        transport: Any = "unreliable",
    ) -> None:
        self.env.process(self._send(name, bits, at_s, links, weight, Transport.parse(transport)))

    def _send(
        self, name: str, bits: Sequence[float], at_s: float, links: Sequence[int], weight: float, transport: Transport
    ) -> Iterator[simpy.Event]:
        yield self.env.timeout(at_s)
        transfer = Transfer(
            name=name,
            devices=tuple(self.names[link] for link in links),
            links=np.array(links),
            weight=weight,
            bits=np.array(bits, dtype=float),
            transport=transport,
            start_s=self.env.now,
        )
        self.deliveries[name] = yield self.medium.start(transfer)

    def cut(self, name: str, *, at_s: float) -> None:
        """Stop a transfer if it is on the air then."""
        self.at(at_s, lambda: name in self.deliveries or self.medium.cut(name))

    def at(self, at_s: float, act: Callable[[], Any]) -> None:
        """Do something at a time."""
        self.env.process(self._at(at_s, act))

    def _at(self, at_s: float, act: Callable[[], Any]) -> Iterator[simpy.Event]:
        yield self.env.timeout(at_s)
        act()

    def run(self) -> Air:
        self.env.run()
        return self

    def ended(self, name: str, device: str | None = None) -> dict[str, Any]:
        """The record of a transfer's end (for one of its devices)."""
        (line,) = [
            line
            for line in self.lines
            if line["type"] == "transfer_ended" and line["transfer"] == name and device in (None, line["device"])
        ]
        return line

    def end_s(self, name: str) -> float:
        """When a transfer with one receiver ended."""
        return self.ended(name)["t_s"]


def build_air(
    snr_hz: Sequence[float] = (1e9,),
    *,
    band_hz: float = 1e6,
    link: Any = "shannon",
    access: Any = "fdma",
    background: Any = "none",
    start_s: float = 0.0,
    engine: str = "bulk",
    paths: FadingPaths | None = None,
    power_band_hz: float | None = None,
    seed: int = 1,
    downtime: Downtime | None = None,
    duty_cycle: float = 1.0,
    trace_gains: bool = False,
    trace_bands: bool = True,
    loss: Any = "independent",
    env: simpy.Environment | None = None,
    over: Callable[[Channel], Channel] | None = None,
) -> Air:
    """One band with its links d0, d1, ...; its energy model draws 2 joules a second of airtime.

    The clock of day reads `start_s` seconds after midnight at t = 0. `over` may lay another channel over the links,
    `env` may be a clock that others share.
    """
    env, lines = env or simpy.Environment(), []
    names = tuple(f"d{number}" for number in range(len(snr_hz)))
    channel = Channel(
        names,
        np.array(snr_hz, dtype=float),
        paths or ConstantPaths(names),
        Link.parse(link),
        power_band_hz=power_band_hz,
    )
    channel = channel if over is None else over(channel)
    streams = Streams(seed)
    medium = ENGINES[engine](
        env,
        band=Band(
            band_hz=band_hz,
            access=Access.parse(access),
            background=Background.parse(background).realise(streams, "up", start_s),
            downtime=downtime or AlwaysUp(),
            duty_cycle=duty_cycle,
        ),
        channel=channel,
        streams=streams,
        loss=PacketLoss.parse(loss),
        records=AirRecords(
            env=env,
            journal=Journal([lines.append]),
            station="cell",
            direction="up",
            channel=channel,
            energy_j=lambda airtime_s: 2.0 * airtime_s,
            trace_gains=trace_gains,
            trace_bands=trace_bands,
        ),
    )
    return Air(env=env, medium=medium, names=names, lines=lines)
