"""Does a saturated device deliver what a measured link admits?

Each file drives the link of one device, whose payload of 1500-byte packets (headers included) never runs out, through
`uplink: digital` and both packet engines. A Mahimahi file (`.up`, `.down`) admits one packet per line by the line's ms:
the reference engine is looked at after every ms, the bulk engine is cut at some. A CSV admits the integral of its
rates. What is admitted is worked out here from the file's text, without the package's readers. Then `pilot.py` asks
whether `wfsim fit` finds the parameters of a simulated log. The last line is one JSON object with the figures by name.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pilot
import simpy
from numpy.typing import NDArray

from wfsim.contracts.air import Air, build_air
from wfsim.messages import Grant, Plan
from wfsim.radio.channel import Channel
from wfsim.radio.measured import MeasuredLink, Setting
from wfsim.radio.packets import Packets
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport.unreliable import Unreliable
from wfsim.rng import Streams
from wfsim.uplink import UplinkAir
from wfsim.uplink.digital import Digital

DATA = Path(__file__).parents[1] / "tests" / "data"
EXCERPTS = [DATA / "verizon-lte-short-head.up", DATA / "mtu-5g-uplink-171221-head.csv"]
MAHIMAHI = {".up", ".down"}
SETTING = Setting(bandwidth_hz=1e6, noise_figure_db=6.0, uplink_power_dbm=20.0, downlink_power_dbm=33.0)
PACKETS = Packets()
PACKET_BITS = PACKETS.packet_bits([PACKETS.max_fragment_bytes])[0]
MS_PER_S, SPARE_PACKETS, A_LITTLE_S = 1000.0, 50, 1e-6
CUTS, EVENTS, ROUNDING = 20, 100_000, 1e-6

Array = NDArray[np.float64]
Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A file: the part that lays it over links, and the packets it admits by some times."""

    path: Path
    part: dict[str, Any]
    times_s: Array
    admitted: Array
    exact: bool

    def admits(self, t_s: float) -> float:
        """Packets admitted by a time within one lap; of rates, with the part of one that has not come."""
        if self.exact:
            return float(self.admitted[np.searchsorted(self.times_s, t_s + A_LITTLE_S, side="right") - 1])
        return float(np.interp(t_s, self.times_s, self.admitted))

    @property
    def end_s(self) -> float:
        return float(self.times_s[-1])


def mahimahi(path: Path) -> Trace:
    """Lines up to the end of each ms of the first lap; those at 0 ms come at its end, where the next one begins."""
    lines_ms = [int(line) for line in path.read_text(encoding="ascii").split()]
    counts = np.bincount([ms or lines_ms[-1] for ms in lines_ms], minlength=lines_ms[-1] + 1)
    times_s = np.arange(len(counts)) / MS_PER_S
    part = {"kind": "mahimahi", "path": str(path)}
    return Trace(path=path, part=part, times_s=times_s, admitted=np.cumsum(counts).astype(float), exact=True)


def rates(path: Path, given: argparse.Namespace) -> Trace:
    """The integral of a step function: each rate holds until the next row, the last one as long as the median step."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    stamps = [seconds(row[given.time_column]) for row in rows]
    times_s = np.array(stamps) - stamps[0]
    times_s = np.append(times_s, times_s[-1] + np.median(np.diff(times_s)[np.diff(times_s) > 0.0]))
    bits_per_s = np.array([float(row[given.rate_column]) for row in rows]) * (1e6 if "mbit" in given.rate_unit else 1.0)
    packets = np.concatenate([[0.0], np.cumsum(bits_per_s * np.diff(times_s))]) / PACKET_BITS
    columns = {name: getattr(given, name) for name in ("time_column", "rate_column", "rate_unit")}
    part = {"kind": "csv", "path": str(path), **columns}
    return Trace(path=path, part=part, times_s=times_s, admitted=packets, exact=False)


def seconds(text: str) -> float:
    """A number of s, or what `date` prints."""
    try:
        return float(text)
    except ValueError:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %Z %Y").timestamp()


class Watched:
    """A medium that keeps the transfer it is given, so that its packets can be counted as they arrive."""

    def __init__(self, air: Air) -> None:
        self._medium, self.transfer = air.medium, None

    def start(self, transfer: Transfer) -> simpy.Event:
        self.transfer = transfer
        return self._medium.start(transfer)

    def cut(self, name: str, cause: str) -> simpy.Event:
        return self._medium.cut(name, cause)


def saturated(trace: Trace, engine: str, packets: int) -> tuple[Air, Watched, simpy.Process]:
    """One device that has begun to send more packets than will be admitted."""

    def over(default: Channel) -> Channel:
        return MeasuredLink.parse(trace.part).channel(default, Streams(1), "up", SETTING)

    air = build_air(engine=engine, over=over, trace_bands=False)
    medium = Watched(air)
    up = UplinkAir(env=air.env, medium=medium, packets=PACKETS, transport=Unreliable(), links={"d0": 0})
    plan = Plan(fragment_bytes=(PACKETS.max_fragment_bytes,) * packets, fragment_entries=(1,) * packets)
    return air, medium, air.env.process(Digital().send(up, "up", plan, Grant(device="d0", band_weight=1.0)))


def delivered_by(trace: Trace, t_s: float, engine: str = "bulk") -> int:
    """Packets that have arrived when the upload is cut at a time."""
    air, _, upload = saturated(trace, engine, math.ceil(trace.admits(t_s)) + SPARE_PACKETS)

    def cut() -> Iterator[simpy.Event]:
        yield air.env.timeout(t_s)
        upload.interrupt("round")

    air.env.process(cut())
    return int(air.env.run(until=upload).arrived.sum())


def every_ms(trace: Trace) -> Iterator[tuple[int, int]]:
    """(delivered, admitted) after every ms of the file, packet by packet."""
    air, medium, _ = saturated(trace, "reference", int(trace.admitted[-1]) + SPARE_PACKETS)
    for t_s, admitted in zip(trace.times_s[1:], trace.admitted[1:], strict=True):
        air.env.run(until=float(t_s) + A_LITTLE_S)
        yield int(medium.transfer.arrived.sum()), int(admitted)


def cuts(trace: Trace, count: int) -> Array:
    """Times over the file, the last one its end: whole ms where packets are admitted by the ms."""
    times_s = np.linspace(0.0, trace.end_s, count + 1)[1:]
    return np.round(times_s * MS_PER_S) / MS_PER_S if trace.exact else times_s


def short(trace: Trace, times_s: Array) -> Array:
    """Packets admitted and not delivered [times], in the bulk engine: 0 of lines, in [0, 1) of rates."""
    return np.array([trace.admits(float(t_s)) - delivered_by(trace, float(t_s)) for t_s in times_s])


def replay(trace: Trace, count: int) -> Figures:
    """Both engines against the file; the last cut is at its end."""
    begin, missing = time.process_time(), short(trace, cuts(trace, count))
    figures = {
        "seconds": trace.end_s,
        "admitted": float(trace.admitted[-1]),
        "delivered": round(trace.admitted[-1] - missing[-1]),
        "cuts": len(missing),
        "least_short": float(missing.min()),
        "most_short": float(missing.max()),
        **_reference(trace),
    }
    return {**figures, "holds": holds(trace, figures), "cpu_s": time.process_time() - begin}


def _reference(trace: Trace) -> Figures:
    """The reference engine: every ms of lines; of rates, as far as it gets with `EVENTS` packets."""
    if trace.exact:
        wrong = [delivered != admitted for delivered, admitted in every_ms(trace)]
        return {"ms_checked": len(wrong), "ms_wrong": sum(wrong)}
    end_s = float(np.interp(min(EVENTS + 0.5, trace.admitted[-1]), trace.admitted, trace.times_s))
    return {"reference_s": end_s, "reference_short": trace.admits(end_s) - delivered_by(trace, end_s, "reference")}


def holds(trace: Trace, figures: Figures) -> bool:
    """Lines to the packet, in every ms; integrals within one packet."""
    if trace.exact:
        return figures["least_short"] == figures["most_short"] == figures["ms_wrong"] == 0
    shorts = [figures[key] for key in ("least_short", "most_short", "reference_short")]
    return min(shorts) >= -ROUNDING and max(shorts) < 1.0 + ROUNDING


def row(trace: Trace, found: Figures) -> str:
    """What was found of a file, in words."""
    if trace.exact:
        law = f"of {found['ms_checked']} ms {found['ms_wrong']} differ packet by packet"
    else:
        law = f"{found['reference_short']:.3f} short after {found['reference_s']:.1f} s packet by packet"
    return (
        f"{trace.path.name}: {found['seconds']:g} s, {found['admitted']:.3f} packets admitted, {found['delivered']} "
        f"delivered; {found['least_short']:.3f} to {found['most_short']:.3f} short at {found['cuts']} cuts, bulk; {law}"
    )


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("traces", type=Path, nargs="*", metavar="TRACE", help="Mahimahi files (.up, .down) or CSVs")
    parser.add_argument("--cuts", type=int, default=CUTS, help=f"times at which the bulk engine is cut ({CUTS})")
    parser.add_argument("--time-column", default="Time", help="of a CSV: seconds, or what `date` prints")
    parser.add_argument("--rate-column", default="RATE(MBit/s)")
    parser.add_argument("--rate-unit", default="mbit/s", choices=["bit/s", "mbit/s"])
    return parser.parse_args()


def main() -> int:
    given, found = options(), dict[str, Any]()
    for path in given.traces or EXCERPTS:
        trace = mahimahi(path) if path.suffix in MAHIMAHI else rates(path, given)
        found[path.name] = replay(trace, given.cuts)
        print(row(trace, found[path.name]), flush=True)
    found["fit"] = pilot.recovered()
    print(pilot.table(found["fit"]))
    print(json.dumps(found))
    return 0 if all(each["holds"] for each in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
