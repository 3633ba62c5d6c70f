"""What is known of a scenario before it runs, without torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.cli._quantities import number, percent
from wfsim.learning.workload import build_workload
from wfsim.messages import Plan
from wfsim.radio.packets import Packets
from wfsim.rng import Streams
from wfsim.scenario.identity import run_id
from wfsim.scenario.schema import Radio, Scenario
from wfsim.units import BITS_PER_BYTE
from wfsim.world.build import download_plan, expected_plan, wire_of
from wfsim.world.links import LargeScale, draw_links

Facts = dict[str, Any]


def facts(scenario: Scenario) -> Facts:
    """Sizes, links and the run id. Raises RunError or ScenarioError for a federation that cannot be built.

    Bytes count the payload alone; `packet_overhead` is the headers' share of an upload's bits on the air.
    """
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    upload, download = expected_plan(scenario, wire_of(scenario, workload)), download_plan(scenario, workload)
    links = draw_links(scenario.radio, streams, scenario.topology.graph(streams), devices)
    seconds = np.sort(_upload_s(scenario.radio, links, upload))
    return {
        "devices": len(devices),
        "adapter_entries": workload.shapes.entries,
        "upload_bytes": upload.size_bits // BITS_PER_BYTE,
        "upload_packets": len(upload.fragment_bytes),
        "download_bytes": download.size_bits // BITS_PER_BYTE,
        "packet_overhead": _header_share(scenario.radio.packets, upload),
        "median_mean_snr_db": float(np.median(links.mean_snr_db(scenario.radio))),
        "median_upload_s": _finite(seconds[len(seconds) // 2]),
        "slowest_upload_s": _finite(seconds[-1]),
        "protocol": scenario.protocol.kind,
        "run_id": run_id(scenario),
    }


def _upload_s(radio: Radio, links: LargeScale, plan: Plan) -> NDArray[np.float64]:
    """Seconds of one upload [devices] when all share the band at once: no fading, no loss, mean foreign traffic."""
    count, left_hz = len(links.distance_m), radio.bandwidth_hz * (1.0 - radio.background.mean_share())
    shares_hz = radio.access.divide(left_hz, np.full(count, 1.0 / count))
    rates_bps = shares_hz * radio.link.efficiency(links.snr_hz(radio.uplink_power_dbm, radio) / shares_hz)
    with np.errstate(divide="ignore"):
        return radio.packets.packet_bits(plan.fragment_bytes).sum() / rates_bps


def _finite(seconds: float) -> float | None:
    return float(seconds) if np.isfinite(seconds) else None


def rows(known: Facts) -> Iterator[tuple[str, str]]:
    """The facts with labels and units."""
    yield "devices", str(known["devices"])
    yield "adapter", f"{known['adapter_entries']} entries"
    yield "upload of one device", f"{known['upload_bytes']} bytes in {known['upload_packets']} packets"
    yield "download", f"{known['download_bytes']} bytes"
    yield "packet headers", f"{percent(known['packet_overhead'])} of an upload"
    yield "median of mean uplink SNRs", f"{number(known['median_mean_snr_db'])} dB over the whole band"
    yield "upload time without fading, all at once", f"{_time(known['median_upload_s'])}, median of devices"
    yield "", f"{_time(known['slowest_upload_s'])}, slowest device"
    yield "protocol", known["protocol"]
    yield "run id", known["run_id"]


def _header_share(packets: Packets, plan: Plan) -> float:
    return 1.0 - plan.size_bits / float(packets.packet_bits(plan.fragment_bytes).sum())


def _time(seconds: float | None) -> str:
    return "never (its rate is zero)" if seconds is None else f"{number(seconds)} s"
