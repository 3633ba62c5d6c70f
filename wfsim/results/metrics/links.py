"""What every link carried, how busy it was, how long its queue: hops between fixed nodes, and the air of stations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from wfsim.results.metrics.elements import elements_of_hop
from wfsim.trace.folding import Folding

Line = dict[str, Any]
Span = tuple[float, float]

AIR, HOP = "air", "hop"
UP = ("update", "request")  # purposes of what goes to the server
_RADIATED = ("delivered_bits", "sent_bits")
_OF_A_HOP = ("offered_bits", "delivered_bits", "lost_bits", "dropped_bits", "pending_bits", "sent_bits")


@dataclass(frozen=True, kw_only=True)
class LinkTotals:
    """One direction of a link over a run: "from>to", of the air "devices>station" and "station>devices".

    `direction` says whether payloads crossed it `up` to the server, `down` from it, or `both`.
    Bits count headers, each packet once (`sent_bits` every transmission): offered = delivered + lost + dropped (the
    queue was full) + pending (stopped by a crash, a round's end or the run's, or taken another way). A broadcast counts
    once, its parts averaged over its receivers. `busy_s` is time in which payloads were sent, outages left out, None
    for the air where the journal holds no shares of the band (`trace: {bands: false}`); `utilisation` is that over the
    run's seconds (None where no time passed). What a payload found in the queue when it came and how long it waited
    there are None for the air, which keeps no queue.
    """

    link: str
    medium: str
    direction: str
    payloads: int
    offered_bits: float
    delivered_bits: float
    lost_bits: float
    dropped_bits: float
    pending_bits: float
    sent_bits: float
    busy_s: float | None
    utilisation: float | None
    mean_queue_bits: float | None
    max_queue_bits: float | None
    mean_wait_s: float | None


@dataclass
class _Link:
    medium: str
    directions: set[str] = field(default_factory=set)
    payloads: int = 0
    bits: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_OF_A_HOP, 0.0))
    busy_s: float | None = None
    found_bits: float = 0.0
    most_bits: float = 0.0
    waited_s: float = 0.0
    spans: list[Span] = field(default_factory=list)

    def totals(self, name: str, run_s: float) -> LinkTotals:
        queued = self.medium == HOP and self.payloads > 0
        return LinkTotals(
            link=name,
            medium=self.medium,
            direction="both" if len(self.directions) > 1 else min(self.directions),
            payloads=self.payloads,
            **self.bits,
            busy_s=self.busy_s,
            utilisation=self.busy_s / run_s if run_s and self.busy_s is not None else None,
            mean_queue_bits=self.found_bits / self.payloads if queued else None,
            max_queue_bits=self.most_bits if queued else None,
            mean_wait_s=self.waited_s / self.payloads if queued else None,
        )


@dataclass
class _Air:
    """When one station's air is in use in one direction: somebody has a share of the band, and the station is up."""

    active: set[str] = field(default_factory=set)
    is_down: bool = False
    since_s: float | None = None

    def change(self, t_s: float) -> Span | None:
        """The span of use that has ended now, if one has."""
        used = bool(self.active) and not self.is_down
        if used and self.since_s is None:
            self.since_s = t_s
        elif not used and self.since_s is not None:
            span, self.since_s = (self.since_s, t_s), None
            return span
        return None


@dataclass(slots=True)
class _Flying:
    """A transfer on the air: every one of its receivers tells of its part, and some are `due`."""

    offered_bits: float
    receivers: int
    due: int


class LinkTable(Folding):
    """Folds journal lines into totals per link; with `spans` it remembers when each was busy, too."""

    def __init__(self, *, spans: bool = False) -> None:
        self._links: dict[str, _Link] = {}
        self._air: dict[tuple[str, str], _Air] = {}
        self._station: dict[str, str] = {}
        self._flying: dict[str, _Flying] = {}
        self._down: dict[str, list[Span]] = {}
        self._spans = spans

    def totals(self) -> list[LinkTotals]:
        """Air before hops, each in order of name."""
        self._close_air()
        named = sorted(self._links.items(), key=lambda item: (item[1].medium, item[0]))
        return [link.totals(name, self.end_s) for name, link in named]

    def spans(self) -> dict[str, list[Span]]:
        """When payloads were sent over each link, [start, end) in s, in order."""
        self._close_air()
        return {name: link.spans for name, link in self._links.items()}

    def _link(self, name: str, medium: str, direction: str) -> _Link:
        link = self._links.get(name)
        if link is None:
            link = self._links[name] = _Link(medium)
        link.directions.add(direction)
        return link

    def _busy(self, link: _Link, start_s: float, end_s: float) -> None:
        link.busy_s = (link.busy_s or 0.0) + end_s - start_s
        if self._spans and end_s > start_s:
            link.spans.append((start_s, end_s))

    def _on_hop_ended(self, line: Line) -> None:
        link = self._link(line["link"], HOP, "up" if line["purpose"] in UP else "down")
        link.payloads += 1
        for name in _OF_A_HOP:
            link.bits[name] += line[name]
        link.found_bits += line["found_bits"]
        link.most_bits = max(link.most_bits, line["found_bits"])
        link.waited_s += line["waited_s"]
        begun_s = line["start_s"] + line["waited_s"]
        if not self._down:
            if line["service_s"] > 0.0:
                self._busy(link, begun_s, begun_s + line["service_s"])
            return
        down = (span for name in elements_of_hop(line["link"]) for span in self._down.get(name, ()))
        for start_s, end_s in _without((begun_s, begun_s + line["service_s"]), down):
            self._busy(link, start_s, end_s)

    def _on_link_placed(self, line: Line) -> None:
        self._station[line["device"]] = line["station"]

    def _on_transfer_started(self, line: Line) -> None:
        receivers = len(line["devices"])
        self._flying[line["transfer"]] = _Flying(line["offered_bits"], receivers, receivers)

    def _on_transfer_ended(self, line: Line) -> None:
        transfer, direction, station = line["transfer"], line["direction"], self._station.get(line["device"])
        flying = self._flying.get(transfer)
        if flying is None or station is None:
            return
        link = self._link(_of_air(station, direction), AIR, direction)
        _add_part(link, line, 1.0 / flying.receivers)
        flying.due -= 1
        if flying.due == 0:
            link.payloads += 1
            link.bits["offered_bits"] += flying.offered_bits
            del self._flying[transfer]
            self._air_of(station, direction).active.discard(transfer)
            self._change(station, direction, line["t_s"])

    def _on_band_shared(self, line: Line) -> None:
        link = self._link(_of_air(line["station"], line["direction"]), AIR, line["direction"])
        link.busy_s = link.busy_s or 0.0
        active = {name for name, share_hz in line["shares_hz"].items() if share_hz > 0.0}
        self._air_of(line["station"], line["direction"]).active = active
        self._change(line["station"], line["direction"], line["t_s"])

    def _air_of(self, station: str, direction: str) -> _Air:
        air = self._air.get((station, direction))
        if air is None:
            is_down = any(math.isinf(end_s) for _, end_s in self._down.get(station, ()))
            air = self._air[station, direction] = _Air(is_down=is_down)
        return air

    def _change(self, station: str, direction: str, t_s: float) -> None:
        span = self._air[station, direction].change(t_s)
        if span is not None:
            self._busy(self._link(_of_air(station, direction), AIR, direction), *span)

    def _on_outage_started(self, line: Line) -> None:
        if line["what"] != "server":  # the node that it runs on stays up
            self._down.setdefault(line["element"], []).append((line["t_s"], math.inf))
            self._turn_air(line["element"], line["t_s"], is_down=True)

    def _on_outage_ended(self, line: Line) -> None:
        if line["what"] != "server":
            start_s, _ = self._down[line["element"]].pop()
            self._down[line["element"]].append((start_s, line["t_s"]))
            self._turn_air(line["element"], line["t_s"], is_down=False)

    def _turn_air(self, station: str, t_s: float, *, is_down: bool) -> None:
        for direction in ("up", "down"):
            if (station, direction) in self._air:
                self._air[station, direction].is_down = is_down
                self._change(station, direction, t_s)

    def _close_air(self) -> None:
        """Count what is still in use as used up to now."""
        for (station, direction), air in self._air.items():
            if air.since_s is not None and air.since_s < self.end_s:
                link = self._link(_of_air(station, direction), AIR, direction)
                self._busy(link, air.since_s, self.end_s)
                air.since_s = self.end_s


def _of_air(station: str, direction: str) -> str:
    return f"devices>{station}" if direction == "up" else f"{station}>devices"


def _without(span: Span, holes: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span, in order."""
    start_s, end_s = span
    for hole_s, until_s in sorted(holes):
        if hole_s < end_s and until_s > start_s:
            if hole_s > start_s:
                yield start_s, hole_s
            start_s = until_s
    if start_s < end_s:
        yield start_s, end_s


def _add_part(link: _Link, line: Line, part: float) -> None:
    """A receiver's part of a transfer: what an outage cut is lost, as on hops; what else cut is pending."""
    for name in _RADIATED:
        link.bits[name] += part * line[name]
    is_pending = line["cut"] and line["cause"] != "outage"
    link.bits["pending_bits" if is_pending else "lost_bits"] += part * line["undelivered_bits"]


def link_totals(lines: Iterable[Line]) -> list[LinkTotals]:
    """The links of a journal: air before hops, each in order of name."""
    table = LinkTable()
    for line in lines:
        table(line)
    return table.totals()
