"""Chrome's trace event format, which ui.perfetto.dev and chrome://tracing show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wfsim.results.directory import Run
from wfsim.results.export import exporter
from wfsim.results.export._journal import records
from wfsim.trace.folding import Folding

_SERVER, _DEVICES, _BANDS, _CONFIRMED, _HOPS, _OUTAGES = 1, 2, 3, 4, 5, 6
_PROCESSES = {
    _SERVER: "server",
    _DEVICES: "devices",
    _BANDS: "bands",
    _CONFIRMED: "acknowledgements",
    _HOPS: "hops",
    _OUTAGES: "outages",
}
_PHASES = {"model": "download", "update": "upload"}  # other purposes are called what they are
_OF_A_TRANSFER = (
    "transfer",
    "outcome",
    "cut",
    "cause",
    "attempts",
    "packets_sent",
    "packets_lost",
    "sent_bits",
    "delivered_bits",
    "lost_bits",
    "undelivered_bits",
    "airtime_s",
    "energy_j",
)
_OF_A_HOP = (
    "transfer",
    "waited_s",
    "offered_bits",
    "delivered_bits",
    "lost_bits",
    "dropped_bits",
    "pending_bits",
    "found_bits",
    "cause",
)
_OF_A_ROUND = ("version", "participants", "arrived", "overtaken", "coverage")

Line = dict[str, Any]
Event = dict[str, Any]


@exporter(suffix=".json")
def perfetto(run: Run) -> bytes:
    """One JSON file for ui.perfetto.dev: a track per device and hop, the server's rounds, shares of bands, outages.

    Timestamps are whole microseconds of simulated time. Of a killed run what had ended.
    """
    trace = _Trace()
    for line in records(run):
        trace(line)
    trace.end()
    events = [*trace.names(), *sorted(trace.events, key=lambda event: event["ts"])]
    body = ",\n".join(json.dumps(event, allow_nan=False, separators=(",", ":")) for event in events)
    return f'{{"displayTimeUnit":"ms","otherData":{json.dumps(trace.title)},"traceEvents":[\n{body}\n]}}\n'.encode()


class _Trace(Folding):
    """Folds journal lines into trace events."""

    def __init__(self) -> None:
        self.title: Line = {}
        self.events: list[Event] = []
        self._tracks: dict[str, int] = {}
        self._others: dict[int, dict[str, int]] = {_HOPS: {}, _OUTAGES: {}}
        self._down_since_s: dict[str, float] = {}
        self._cohort: Line = {}
        self._computing_since_s: dict[str, float] = {}
        self._shares_hz: dict[str, float] = {}
        self._counter_of: dict[str, str] = {}

    def names(self) -> Iterator[Event]:
        """What processes and tracks are called, and their order, which viewers else make from how busy they are."""
        with_devices = {_DEVICES} | {event["pid"] for event in self.events if event["pid"] == _CONFIRMED}
        others = {process: tracks for process, tracks in self._others.items() if tracks}
        for process in sorted({_SERVER, _BANDS} | with_devices | others.keys()):
            yield from _named("process", {"pid": process}, _PROCESSES[process], process)
        devices = [(process, n, d) for process in sorted(with_devices) for d, n in self._tracks.items()]
        rest = [(process, n, name) for process, tracks in others.items() for name, n in tracks.items()]
        for process, track, name in ((_SERVER, 1, "rounds"), *devices, *rest):
            yield from _named("thread", {"pid": process, "tid": track}, name, track)

    def _on_run_started(self, line: Line) -> None:
        self.title = {"scenario": line["scenario"], "seed": line["seed"]}

    def _on_device_ready(self, line: Line) -> None:
        self._tracks[line["device"]] = len(self._tracks) + 1

    def _on_round_started(self, line: Line) -> None:
        self._cohort = line

    def _on_round_closed(self, line: Line) -> None:
        facts = {key: line[key] for key in _OF_A_ROUND}
        facts |= {"cohort": self._cohort["cohort"], "deadline_s": self._cohort["deadline_s"]}
        self._span(_SERVER, 1, f"round {line['round']}", "round", self._cohort["t_s"], line["t_s"], facts)

    def _on_controlled(self, line: Line) -> None:
        for name, value in line["measures"].items():
            self._count(_SERVER, name, line["t_s"], {"value": value})

    def _on_evaluated(self, line: Line) -> None:
        self._count(_SERVER, "accuracy", line["t_s"], {"share": line["accuracy"]})

    def _on_compute_started(self, line: Line) -> None:
        self._computing_since_s[line["device"]] = line["t_s"]

    def _on_compute_ended(self, line: Line) -> None:
        name = "compute" if line["finished"] else "compute cut"
        facts = {key: line[key] for key in ("round", "compute_s", "energy_j", "finished")}
        track, start_s = self._tracks[line["device"]], self._computing_since_s[line["device"]]
        self._span(_DEVICES, track, name, "compute", start_s, line["t_s"], facts)

    def _on_transfer_ended(self, line: Line) -> None:
        phase, track = _PHASES.get(line["purpose"], line["purpose"]), self._tracks[line["device"]]
        process = _CONFIRMED if phase == "acknowledgement" else _DEVICES  # it flies while its device goes on
        fate = "cut" if line["cut"] else line["outcome"]
        name = phase if fate == "delivered" else f"{phase} {fate}"
        facts = {key: line[key] for key in _OF_A_TRANSFER}
        self._span(process, track, name, phase, line["start_s"], line["t_s"], facts)
        if line["transfer"] in self._counter_of:
            self._share(self._counter_of[line["transfer"]], line["t_s"], 0.0)

    def _on_hop_ended(self, line: Line) -> None:
        """The time of sending: payloads wait for each other, and what is on its way does not hold up the next."""
        start_s, whole = line["start_s"] + line["waited_s"], line["delivered_bits"] == line["offered_bits"]
        facts = {key: line[key] for key in _OF_A_HOP}
        name = line["purpose"] if whole else f"{line['purpose']} {line['cause'] or 'with losses'}"
        self._span(_HOPS, self._track(_HOPS, line["link"]), name, "hop", start_s, start_s + line["service_s"], facts)

    def _on_outage_started(self, line: Line) -> None:
        self._track(_OUTAGES, line["element"])
        self._down_since_s[line["element"]] = line["t_s"]

    def _on_outage_ended(self, line: Line) -> None:
        self._down(line["element"], self._down_since_s.pop(line["element"]), line["t_s"])

    def end(self) -> None:
        """Outages that last beyond the journal end with it."""
        for element, start_s in self._down_since_s.items():
            self._down(element, start_s, self.end_s)

    def _down(self, element: str, start_s: float, end_s: float) -> None:
        self._span(_OUTAGES, self._track(_OUTAGES, element), "down", "outage", start_s, end_s, {})

    def _on_server_restored(self, line: Line) -> None:
        self._instant(f"server restored, {line['lost_versions']} versions lost", line["t_s"], _SERVER, 1)

    def _track(self, process: int, name: str) -> int:
        tracks = self._others[process]
        return tracks.setdefault(name, len(tracks) + 1)

    def _on_device_late(self, line: Line) -> None:
        self._tell(f"late in {line['phase']}: {line['fate']}", line)

    def _on_update_held(self, line: Line) -> None:
        self._tell("update held back", line)

    def _on_granted(self, line: Line) -> None:
        ranks = "" if line["keep"] is None else f", {line['keep']} ranks"
        self._tell(f"granted {line['band_weight']:.4g} of the band{ranks}", line)

    def _tell(self, name: str, line: Line) -> None:
        self._instant(name, line["t_s"], _DEVICES, self._tracks[line["device"]])

    def _instant(self, name: str, t_s: float, process: int, track: int) -> None:
        self.events.append({"ph": "i", "s": "t", "name": name, "pid": process, "tid": track, "ts": _us(t_s)})

    def _on_band_shared(self, line: Line) -> None:
        for transfer, share_hz in line["shares_hz"].items():
            link = self._counter_of[transfer] = _link(transfer, line["station"])
            self._share(link, line["t_s"], share_hz)
        self._share(f"{line['direction']}/background/{line['station']}", line["t_s"], line["background_hz"])

    def _share(self, link: str, t_s: float, share_hz: float) -> None:
        """A counter per link, written where it changes."""
        if self._shares_hz.get(link, 0.0) != share_hz:
            self._shares_hz[link] = share_hz
            self._count(_BANDS, link, t_s, {"hz": share_hz})

    def _count(self, process: int, name: str, t_s: float, values: dict[str, float]) -> None:
        self.events.append({"ph": "C", "name": name, "pid": process, "ts": _us(t_s), "args": values})

    def _span(self, process: int, track: int, name: str, kind: str, start_s: float, end_s: float, facts: Line) -> None:
        start_us = _us(start_s)
        self.events.append(
            {
                "ph": "X",
                "name": name,
                "cat": kind,
                "pid": process,
                "tid": track,
                "ts": start_us,
                "dur": _us(end_s) - start_us,
                "args": facts,
            }
        )


def _named(what: str, whose: Event, name: str, order: int) -> Iterator[Event]:
    yield {"ph": "M", "name": f"{what}_name", **whose, "args": {"name": name}}
    yield {"ph": "M", "name": f"{what}_sort_index", **whose, "args": {"sort_index": order}}


def _link(transfer: str, station: str) -> str:
    """The name of a transfer without its number: `up/d00001` or, of a broadcast, `down` and `down/` its station."""
    whole = transfer.removesuffix(f"/{station}")
    return whole.rpartition("/")[0] + transfer[len(whole) :]


def _us(t_s: float) -> int:
    """Whole microseconds: rounding keeps the order of instants, so spans of a track never overlap."""
    return round(t_s * 1e6)
