"""What every device sent, received and spent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Line = dict[str, Any]


@dataclass(kw_only=True)
class DeviceTotals:
    """Sums over a run. Bits include headers.

    `turns` trainings begun; `uplink_bits` radiated, repetitions and requests included; `received_bits` delivered to the
    device, so that a broadcast counts at each of its receivers; `energy_j` of radio and computing; `upload_airtime_s`
    that updates were on the air.
    """

    turns: int = 0
    uplink_bits: float = 0.0
    received_bits: float = 0.0
    energy_j: float = 0.0
    upload_airtime_s: float = 0.0


def device_totals(lines: Iterable[Line]) -> dict[str, DeviceTotals]:
    """Totals of every device, in order of their readiness; zero where a device did nothing."""
    totals: dict[str, DeviceTotals] = {}
    for line in lines:
        if line["type"] == "device_ready":
            totals[line["device"]] = DeviceTotals()
        elif line["type"] == "compute_started":
            totals[line["device"]].turns += 1
        elif line["type"] == "compute_ended":
            totals[line["device"]].energy_j += line["energy_j"]
        elif line["type"] == "transfer_ended":
            _add_transfer(totals[line["device"]], line)
    return totals


def _add_transfer(total: DeviceTotals, line: Line) -> None:
    total.energy_j += line["energy_j"]
    if line["direction"] == "up":
        total.uplink_bits += line["sent_bits"]
        total.upload_airtime_s += line["airtime_s"] if line["purpose"] == "update" else 0.0
    else:
        total.received_bits += line["delivered_bits"]


def airtime_share(lines: Iterable[Line]) -> dict[str, float]:
    """Seconds a device's uploads were on the air / simulated seconds, in 0..1; empty where no time has passed.

    Uploads that share the band are on the air together: shares over devices may sum to more than 1.
    """
    kept = list(lines)
    passed_s = kept[-1]["t_s"] if kept else 0.0
    if passed_s == 0.0:
        return {}
    return {device: total.upload_airtime_s / passed_s for device, total in device_totals(kept).items()}
