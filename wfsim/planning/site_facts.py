"""What one upload and one round take at every station, at mean SNRs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Plan
from wfsim.planning.backhaul import backhaul_s
from wfsim.planning.download import download_s, free_hz
from wfsim.radio.fading.none import NoFading
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio, Scenario
from wfsim.topology.layout import Layout, Station, layout_of
from wfsim.units import BITS_PER_BYTE, db_to_linear
from wfsim.world.links import LargeScale, draw_links

Vector = NDArray[np.float64]

_RARE_GAIN = 10.0  # Rayleigh fading exceeds it in 5 of 100,000 blocks


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteFacts:
    """One station at mean SNRs: no fading, no loss, foreign traffic at its mean.

    `airtime_s` is an upload of the device of median SNR that has the band to itself all the time, `alone_s` that under
    the duty cycle; `is_mute`: its rate is zero even at a peak of its fading. `beside_s` is what else a turn takes if
    nobody else is there: its download, its computing and the fixed network. `uploads_s` [devices]: all at once.
    `round_s`: one after the other the weakest device's download, the median device's computing, all uploads at once
    until the slowest of them, and the fixed network. Infinity where a rate is zero.
    """

    station: str
    air: str
    profile: str | None
    mean_snr_db: Vector
    upload_bytes: int
    packets: int
    packet_bits: float
    keeps_partial: bool
    duty_cycle: float
    airtime_s: float
    alone_s: float
    is_mute: bool
    beside_s: float
    uploads_s: Vector
    backhaul_s: float
    round_s: float


def site_facts(scenario: Scenario, upload: Plan, download: Plan, flops: float) -> tuple[SiteFacts, ...]:
    """The facts of every station, in order of name; `flops` is the work of the median device. Raises ScenarioError."""
    streams = Streams(scenario.seed)
    layout = layout_of(scenario.topology.graph(streams))
    return tuple(
        _Site(scenario, layout, station, streams).facts(upload, download, flops) for station in layout.stations
    )


@dataclass(frozen=True)
class _Site:
    """Works one station out."""

    scenario: Scenario
    layout: Layout
    station: Station
    streams: Streams

    def facts(self, upload: Plan, download: Plan, flops: float) -> SiteFacts:
        radio, links = self._radio, draw_links(self._radio, self.streams, self.station, self.scenario.topology.mobility)
        bits, download_bits = self._bits(upload), self._bits(download)
        snr_hz = links.snr_hz(radio.uplink_power_dbm, radio)
        median_hz = np.array([upper_median(snr_hz)])
        together_s = upload_s(radio, snr_hz, bits, radio.duty_cycle)
        fixed_s = backhaul_s(self.layout, self.station, bits, download_bits)
        weakest_s, usual_s = (self._download_s(links, download_bits, each) for each in (np.min, upper_median))
        compute_s = self._compute_s(flops)
        return SiteFacts(
            station=self.station.name,
            air=self.station.radio or "radio",
            profile=radio.profile,
            mean_snr_db=links.mean_snr_db(radio),
            upload_bytes=upload.size_bits // BITS_PER_BYTE,
            packets=len(upload.fragment_bytes),
            packet_bits=bits,
            keeps_partial=radio.transport.keeps_partial,
            duty_cycle=radio.duty_cycle,
            airtime_s=float(upload_s(radio, median_hz, bits)[0]),
            alone_s=float(upload_s(radio, median_hz, bits, radio.duty_cycle)[0]),
            is_mute=not np.isfinite(upload_s(radio, _peak(radio) * median_hz, bits)[0]),
            beside_s=usual_s + compute_s + backhaul_s(self.layout, self._with_one_device, bits, download_bits),
            uploads_s=together_s,
            backhaul_s=fixed_s,
            round_s=weakest_s + compute_s + float(together_s.max()) + fixed_s,
        )

    @property
    def _radio(self) -> Radio:
        return self.scenario.radio_of(self.station.radio)

    def _bits(self, plan: Plan) -> float:
        return float(self._radio.packets.packet_bits(plan.fragment_bytes).sum())

    @property
    def _with_one_device(self) -> Station:
        return replace(self.station, devices=self.station.devices[:1])

    def _download_s(self, links: LargeScale, bits: float, of: Callable[[Vector], float]) -> float:
        """Of the device whose SNR is `of` all of them, alone."""
        radio = self._radio
        mean_snr = np.array([of(links.snr_hz(radio.downlink_power_dbm, radio))]) / radio.bandwidth_hz
        return float(download_s(radio, bits, mean_snr, self.station.devices[:1])[0])

    def _compute_s(self, flops: float) -> float:
        """Of a device of median speed, undisturbed."""
        return flops / upper_median(
            self.scenario.devices.compute.speeds_flops_per_s(self.streams, self.station.devices)
        )


def upload_s(radio: Radio, snr_hz: Vector, bits: float, duty_cycle: float = 1.0) -> Vector:
    """Seconds [devices] in which `bits` fly, when devices of mean P g / N0 [devices] share the band evenly and each may
    send for `duty_cycle` of the time."""
    left_hz = free_hz(radio)
    shares_hz = radio.access.divide(left_hz, np.full(len(snr_hz), 1.0 / len(snr_hz)))
    snr = snr_hz / radio.access.snr_bands_hz(radio.bandwidth_hz, shares_hz) * db_to_linear(-radio.link.margin_db)
    with np.errstate(divide="ignore"):
        return bits / (radio.access.within(duty_cycle, radio.bandwidth_hz, shares_hz) * radio.link.efficiency(snr))


def _peak(radio: Radio) -> float:
    """A gain that fading rarely exceeds."""
    return 1.0 if isinstance(radio.fading, NoFading) else _RARE_GAIN


def upper_median(values: Vector) -> float:
    """The upper median: a value that some device has."""
    return float(np.sort(values)[len(values) // 2])
