"""What is known of a scenario before it runs, without torch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from wfsim.cli._quantities import number, percent, quantity
from wfsim.learning.memory import require_memory, training_memory
from wfsim.learning.workload import build_workload
from wfsim.planning.feasibility import check_feasible, span
from wfsim.planning.site_facts import SiteFacts, site_facts
from wfsim.rng import Streams
from wfsim.scenario.identity import run_id
from wfsim.scenario.schema import Scenario
from wfsim.units import BITS_PER_BYTE
from wfsim.world.sizes import expected_plan, usual_download, wire_of

Facts = dict[str, Any]


def facts(scenario: Scenario) -> Facts:
    """Sizes, links and the run id; `sites` one mapping per station. Raises RunError or ScenarioError for a federation
    that cannot be built, or whose uploads cannot arrive in time.

    Bytes count the payload alone; `packet_overhead` is the headers' share of an upload's bits on the air.
    """
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    memory = training_memory(scenario.learning, workload.encoder, workload.shapes)
    require_memory(memory, scenario.devices.compute.memory_bytes)
    upload, download = expected_plan(scenario, wire_of(scenario, workload)), usual_download(scenario, workload)
    flops = float(np.median([workload.flops(device) for device in devices]))
    sites = site_facts(scenario, upload, download, flops)
    check_feasible(scenario, sites)
    seconds = np.sort(np.concatenate([site.uploads_s for site in sites]))
    bits = sum(len(site.uploads_s) * site.packet_bits for site in sites)
    return {
        "devices": len(devices),
        "adapter_entries": workload.shapes.entries,
        "memory_bytes": memory.total_bytes,
        "flops_per_step": max(workload.flops(device, 1) for device in devices),
        "upload_bytes": upload.size_bits // BITS_PER_BYTE,
        "upload_packets": len(upload.fragment_bytes),
        "download_bytes": download.size_bits // BITS_PER_BYTE,
        "packet_overhead": 1.0 - len(devices) * upload.size_bits / bits,
        "median_mean_snr_db": float(np.median(np.concatenate([site.mean_snr_db for site in sites]))),
        "median_upload_s": _finite(seconds[len(seconds) // 2]),
        "slowest_upload_s": _finite(seconds[-1]),
        "protocol": scenario.protocol.kind,
        "run_id": run_id(scenario),
        "sites": [_site(site) for site in sites],
    }


def _site(site: SiteFacts) -> Facts:
    seconds = np.sort(site.uploads_s)
    return {
        "station": site.station,
        "radio": site.air,
        "devices": len(seconds),
        "median_mean_snr_db": float(np.median(site.mean_snr_db)),
        "upload_bytes": site.upload_bytes,
        "upload_packets": site.packets,
        "upload_airtime_s": _finite(site.airtime_s),
        "duty_cycle": site.duty_cycle,
        "median_upload_s": _finite(seconds[len(seconds) // 2]),
        "backhaul_s": site.backhaul_s,
        "round_s": _finite(site.round_s),
    }


def _finite(seconds: float) -> float | None:
    return float(seconds) if np.isfinite(seconds) else None


def rows(known: Facts) -> Iterator[tuple[str, str]]:
    """The facts with labels and units."""
    yield "devices", str(known["devices"])
    yield "adapter", f"{known['adapter_entries']} entries"
    yield "memory of training", f"{quantity(known['memory_bytes'], 'byte')} a device, estimated from shapes"
    yield "operations of a local step", quantity(known["flops_per_step"], "FLOP")
    yield "upload of one device", f"{known['upload_bytes']} bytes in {known['upload_packets']} packets"
    yield "download", f"{known['download_bytes']} bytes"
    yield "packet headers", f"{percent(known['packet_overhead'])} of an upload"
    yield "median of mean uplink SNRs", f"{number(known['median_mean_snr_db'])} dB over the whole band"
    yield "upload time without fading, all at once", f"{_time(known['median_upload_s'])}, median of devices"
    yield "", f"{_time(known['slowest_upload_s'])}, slowest device"
    yield "protocol", known["protocol"]
    yield "run id", known["run_id"]


def _time(seconds: float | None) -> str:
    return "never (its rate is zero)" if seconds is None else f"{number(seconds)} s"


SITE_COLUMNS = (
    "station",
    "radio",
    "devices",
    "mean SNR",
    "airtime alone",
    "duty cycle",
    "all at once",
    "network",
    "round",
)


def site_rows(known: Facts, most: int) -> Iterator[tuple[str, ...]]:
    """One row per station, the `most` with the longest rounds, longest first; medians of a station's devices."""
    longest = sorted(known["sites"], key=lambda site: -math.inf if site["round_s"] is None else -site["round_s"])
    for site in longest[:most]:
        yield (
            site["station"],
            site["radio"],
            str(site["devices"]),
            f"{number(site['median_mean_snr_db'])} dB",
            _span(site["upload_airtime_s"]),
            percent(site["duty_cycle"]),
            _span(site["median_upload_s"]),
            _span(site["backhaul_s"]),
            _span(site["round_s"]),
        )


def _span(seconds: float | None) -> str:
    return "never" if seconds is None else span(seconds)
