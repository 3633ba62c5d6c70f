"""One crowded cell, medium and journal alone: rounds of one broadcast and an upload of every device.

10 MHz by frequency division with equal weights, Rayleigh blocks of 50 ms, 10 % residual loss, reliable transport, 20 kB
in packets of 1500 bytes, devices that start within 0.2 s of each other. The last line is one JSON object.
"""

from __future__ import annotations

import json
import time

import numpy as np
import simpy

from wfsim.radio.access.fdma import Fdma
from wfsim.radio.background.none import NoBackground
from wfsim.radio.band import Band
from wfsim.radio.channel import Channel
from wfsim.radio.fading.rayleigh import Rayleigh
from wfsim.radio.link.shannon import Shannon
from wfsim.radio.medium import Medium
from wfsim.radio.records import AirRecords
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport.reliable import Reliable
from wfsim.rng import Streams
from wfsim.trace import Journal

BAND_HZ, NOISE_HZ, PAYLOAD_BITS, PACKET_BITS, SPREAD_S = 1e7, 1e8, 160_000.0, 12_000.0, 0.2
PACKETS = np.array([PACKET_BITS] * 13 + [PAYLOAD_BITS - 13 * PACKET_BITS])
ROUNDS = {20: 10, 200: 5, 2000: 1}


class Cell:
    """Both directions of a cell's air, and a count of what was done."""

    def __init__(self, devices: int) -> None:
        self.env, self.streams, self.journal = simpy.Environment(), Streams(1), Journal()
        self.names = tuple(f"d{number:05d}" for number in range(devices))
        self.snr_hz = NOISE_HZ * 10.0 ** self.streams.generator("large_scale").uniform(-1.0, 1.0, devices)
        self.up, self.down = self._medium("up", None), self._medium("down", BAND_HZ)
        self.events = 0

    def _medium(self, direction: str, power_band_hz: float | None) -> Medium:
        paths = Rayleigh(coherence_s=0.05).realise(self.streams, self.names)
        snr_hz = self.snr_hz if power_band_hz is None else 100.0 * self.snr_hz
        channel = Channel(self.names, snr_hz, paths, Shannon(residual_loss=0.1), power_band_hz=power_band_hz)
        records = AirRecords(
            env=self.env,
            journal=self.journal,
            station="cell",
            direction=direction,
            channel=channel,
            energy_j=lambda airtime_s: airtime_s,
            trace_gains=False,
            trace_bands=False,
        )
        band = Band(band_hz=BAND_HZ, access=Fdma(), background=NoBackground().realise(self.streams, direction, 0.0))
        return Medium(self.env, band=band, channel=channel, streams=self.streams, records=records)

    def _transfer(self, name: str, links: np.ndarray, weight: float) -> Transfer:
        return Transfer(
            name=name,
            devices=tuple(self.names[link] for link in links),
            links=links,
            weight=weight,
            bits=PACKETS,
            transport=Reliable(),
            start_s=self.env.now,
        )

    def rounds(self, count: int) -> object:
        """A process: one broadcast, then an upload of every device, so often."""
        everyone = np.arange(len(self.names))
        for number in range(count):
            yield self.down.start(self._transfer(f"down/{number}", everyone, 1.0))
            waits_s = SPREAD_S * self.streams.uniforms(len(self.names), "compute", number)
            yield self.env.all_of([self.env.process(self._upload(number, link, waits_s[link])) for link in everyone])

    def _upload(self, number: int, link: int, wait_s: float) -> object:
        yield self.env.timeout(wait_s)
        name, weight = f"up/{self.names[link]}/{number}", 1.0 / len(self.names)
        yield self.up.start(self._transfer(name, np.array([link]), weight))

    def run(self, count: int) -> float:
        """Play so many rounds; seconds of processor time."""
        self.env.process(self.rounds(count))
        begin = time.process_time()
        while self.env.peek() < float("inf"):
            self.env.step()
            self.events += 1
        return time.process_time() - begin


def main() -> None:
    Cell(20).run(2)
    figures = {}
    for devices, rounds in ROUNDS.items():
        cell = Cell(devices)
        seconds = cell.run(rounds)
        us = 1e6 * seconds / rounds / (devices + 1)
        print(
            f"{devices:5d} devices: {seconds / rounds:8.4f} s a round, {cell.events / rounds:8.0f} events, "
            f"{us:6.0f} us a transfer, {cell.env.now / rounds:.2f} s simulated"
        )
        figures[f"s_per_round_{devices}"] = round(seconds / rounds, 5)
        figures[f"events_per_round_{devices}"] = cell.events / rounds
        figures[f"us_per_transfer_{devices}"] = round(us, 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
