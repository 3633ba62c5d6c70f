"""What is known of a scenario before it runs, without torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from wfsim.cli._quantities import number, percent
from wfsim.learning.workload import build_workload
from wfsim.messages import Plan
from wfsim.radio.packets import Packets
from wfsim.rng import Streams
from wfsim.scenario.identity import run_id
from wfsim.scenario.schema import Scenario
from wfsim.units import BITS_PER_BYTE
from wfsim.world.build import plan_of
from wfsim.world.links import draw_links

Facts = dict[str, Any]


def facts(scenario: Scenario) -> Facts:
    """Sizes, links and the run id. Raises RunError or ScenarioError for a federation that cannot be built.

    Bytes count the payload alone; `packet_overhead` is the headers' share of an upload's bits on the air.
    """
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    upload = plan_of(scenario.codec, scenario, workload, "codec")
    download = plan_of(scenario.radio.downlink.codec, scenario, workload, "radio.downlink.codec")
    return {
        "devices": len(devices),
        "adapter_entries": workload.shapes.entries,
        "upload_bytes": upload.size_bits // BITS_PER_BYTE,
        "upload_packets": len(upload.fragment_bytes),
        "download_bytes": download.size_bits // BITS_PER_BYTE,
        "packet_overhead": _header_share(scenario.radio.packets, upload),
        "median_mean_snr_db": _median_mean_snr_db(scenario, streams, devices),
        "protocol": scenario.protocol.kind,
        "run_id": run_id(scenario),
    }


def rows(known: Facts) -> Iterator[tuple[str, str]]:
    """The facts with labels and units."""
    yield "devices", str(known["devices"])
    yield "adapter", f"{known['adapter_entries']} entries"
    yield "upload of one device", f"{known['upload_bytes']} bytes in {known['upload_packets']} packets"
    yield "download", f"{known['download_bytes']} bytes"
    yield "packet headers", f"{percent(known['packet_overhead'])} of an upload"
    yield "median of mean uplink SNRs", f"{number(known['median_mean_snr_db'])} dB over the whole band"
    yield "protocol", known["protocol"]
    yield "run id", known["run_id"]


def _header_share(packets: Packets, plan: Plan) -> float:
    return 1.0 - plan.size_bits / float(packets.packet_bits(plan.fragment_bytes).sum())


def _median_mean_snr_db(scenario: Scenario, streams: Streams, devices: tuple[str, ...]) -> float:
    radio = scenario.radio
    links = draw_links(radio, streams, scenario.topology.graph(streams), devices)
    return float(np.median(links.mean_snr_db(radio)))
