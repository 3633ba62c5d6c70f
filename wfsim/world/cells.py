"""Wires the air of every station."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from wfsim import trace
from wfsim.downlink import DownlinkAir
from wfsim.radio.band import Band
from wfsim.radio.channel import Channel
from wfsim.radio.engines import ENGINES, PacketEngine
from wfsim.radio.measured import Direction, Setting
from wfsim.radio.records import AirRecords
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio, Scenario
from wfsim.topology.layout import Layout, Station
from wfsim.units import dbm_to_watt
from wfsim.uplink import UplinkAir
from wfsim.world.cell import Cell
from wfsim.world.clock import Clock
from wfsim.world.coupled import couple_cells
from wfsim.world.links import LargeScale, draw_links


@dataclass(frozen=True)
class Bench:
    """What every part of a world is wired to."""

    env: Clock
    streams: Streams
    journal: trace.Journal


def build_cells(
    scenario: Scenario, layout: Layout, streams: Streams, benches: Sequence[Bench], update_bytes: Sequence[int]
) -> tuple[Cell, ...]:
    """The cells in order of their stations' names, each with its bench; `update_bytes` are the fragments of an update
    as it is expected.

    Raises ScenarioError for a station whose radio is unknown or cannot work at its distances.
    """
    placed = zip(layout.stations, benches, strict=True)
    cells = tuple(_Wiring(scenario, layout, bench, station).cell(update_bytes) for station, bench in placed)
    couple_cells(cells, streams)
    return cells


@dataclass(frozen=True)
class _Wiring:
    scenario: Scenario
    layout: Layout
    bench: Bench
    station: Station

    def cell(self, update_bytes: Sequence[int]) -> Cell:
        radio, station = self._radio, self.station
        links = draw_links(radio, self.bench.streams, station, self.scenario.topology.mobility)
        index = {device: number for number, device in enumerate(station.devices)}
        env, suffix = self.bench.env, f"/{station.name}" if self._is_one_of_many else ""
        channel = partial(Channel, station.devices, paths=links.fading(radio, self.bench.streams), link=radio.link)
        sending, receiving = self._up(links, channel), self._down(links, channel)
        return Cell(
            station=station.name,
            radio=radio,
            devices=station.devices,
            links=links,
            up=UplinkAir(env=env, medium=sending, packets=radio.packets, transport=radio.transport, links=index),
            down=DownlinkAir(env=env, medium=receiving, packets=radio.packets, links=index, suffix=suffix),
            upload_bits=float(radio.packets.packet_bits(update_bytes).sum()),
        )

    @property
    def _radio(self) -> Radio:
        return self.scenario.radio_of(self.station.radio)

    @property
    def _is_one_of_many(self) -> bool:
        return len(self.layout.stations) > 1

    def _up(self, links: LargeScale, channel_of: Callable[..., Channel]) -> PacketEngine:
        radio, energy = self._radio, self.scenario.devices.energy
        channel = self._measured("up", channel_of(snr_hz=links.snr_hz(radio.uplink_power_dbm, radio)))
        return self._medium("up", channel, partial(energy.transmit_j, float(dbm_to_watt(radio.uplink_power_dbm))))

    def _down(self, links: LargeScale, channel_of: Callable[..., Channel]) -> PacketEngine:
        radio = self._radio
        snr_hz = links.snr_hz(radio.downlink_power_dbm, radio)
        channel = self._measured("down", channel_of(snr_hz=snr_hz, power_band_hz=radio.bandwidth_hz))
        return self._medium("down", channel, self.scenario.devices.energy.receive_j)

    def _measured(self, direction: Direction, channel: Channel) -> Channel:
        """The links as somebody measured them, where the scenario says so."""
        radio = self._radio
        setting = Setting(
            bandwidth_hz=radio.bandwidth_hz,
            noise_figure_db=radio.noise_figure_db,
            uplink_power_dbm=radio.uplink_power_dbm,
            downlink_power_dbm=radio.downlink_power_dbm,
        )
        return radio.measured.channel(channel, self.bench.streams, direction, setting)

    def _medium(self, direction: str, channel: Channel, energy_j: Callable[[float], float]) -> PacketEngine:
        radio, bench = self._radio, self.bench
        return ENGINES[radio.packets.engine](
            bench.env,
            band=self._band(direction),
            channel=channel,
            streams=bench.streams,
            loss=radio.loss,
            records=AirRecords(
                env=bench.env,
                journal=bench.journal,
                station=self.station.name,
                direction=direction,
                channel=channel,
                energy_j=energy_j,
                trace_gains=self.scenario.trace.channel,
                trace_bands=self.scenario.trace.bands,
            ),
        )

    def _band(self, direction: str) -> Band:
        """Foreign traffic of one station among several is its own; the duty cycle binds devices, not stations."""
        radio, streams, start_s = self._radio, self.bench.streams, self.scenario.start_s
        address = f"{direction}@{self.station.name}" if self._is_one_of_many else direction
        return Band(
            band_hz=radio.bandwidth_hz,
            access=radio.access,
            background=radio.background.realise(streams, address, start_s),
            downtime=self.layout.outages[self.station.name].realise(streams, self.station.name, start_s),
            duty_cycle=radio.duty_cycle if direction == "up" else 1.0,
        )
