"""Outages: their beginnings and ends, and that nothing passes what is down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wfsim.results.metrics.elements import elements_of_hop
from wfsim.results.verify._invariant import ROUNDING, Line, at, differ, invariant, of

Downtimes = dict[str, list[tuple[float, float]]]


@invariant
def outages_begin_and_end(journal: Sequence[Line]) -> Iterator[str]:
    """An element goes down once before it is up again; `down_s` is the time between."""
    since_s: dict[tuple[str, str], float] = {}
    for line in of(journal, "outage_started", "outage_ended"):
        element = line["what"], line["element"]
        if line["type"] == "outage_started":
            if element in since_s:
                yield f"{at(line)}{line['element']} goes down again"
            since_s[element] = line["t_s"]
        elif element not in since_s:
            yield f"{at(line)}{line['element']} is up again without having been down"
        elif differ(line["down_s"], down_s := line["t_s"] - since_s.pop(element)):
            yield f"{at(line)}{line['element']} is called down for {line['down_s']:g} s of {down_s:g} s"


@invariant
def nothing_flies_while_down(journal: Sequence[Line]) -> Iterator[str]:
    """An upload is on the air no longer than its device and its station are up, a download than its station is: a
    station does not know that a device no longer listens."""
    downtimes = _downtimes(journal)
    stations = {line["device"]: line["station"] for line in of(journal, "link_placed")}
    for line in of(journal, "transfer_ended") if downtimes else ():
        station = stations.get(line["device"], "")
        for element in (line["device"], station) if line["direction"] == "up" else (station,):
            up_s = line["t_s"] - line["start_s"] - _down_s(downtimes, element, line)
            if line["airtime_s"] > up_s + ROUNDING * max(line["t_s"], 1.0):
                flew = f"{line['transfer']} was on the air for {line['airtime_s']:g} s"
                yield f"{at(line)}{flew}, {element} was up for {up_s:g} s"


@invariant
def nothing_passes_what_is_down(journal: Sequence[Line]) -> Iterator[str]:
    """A payload that came and went while its hop or a node at its ends was down was not sent."""
    downtimes = _downtimes(journal)
    for line in of(journal, "hop_ended") if downtimes else ():
        for element in elements_of_hop(line["link"]):
            lasted_s = line["t_s"] - line["start_s"]
            whole = lasted_s > 0.0 and not differ(_down_s(downtimes, element, line), lasted_s)
            if whole and line["sent_bits"] > ROUNDING * max(line["offered_bits"], 1.0):
                yield (
                    f"{at(line)}{line['transfer']} sent {line['sent_bits']:g} bits over {line['link']} "
                    f"while {element} was down"
                )


def _downtimes(journal: Sequence[Line]) -> Downtimes:
    """When links, nodes and devices were down, [start, end) in s, to the end of the journal where they still are."""
    found: Downtimes = {}
    since_s: dict[str, float] = {}
    for line in of(journal, "outage_started", "outage_ended"):
        if line["type"] == "outage_started" and line["what"] != "server":
            since_s[line["element"]] = line["t_s"]
        elif line["element"] in since_s and line["what"] != "server":
            found.setdefault(line["element"], []).append((since_s.pop(line["element"]), line["t_s"]))
    for element, start_s in since_s.items():
        found.setdefault(element, []).append((start_s, journal[-1]["t_s"]))
    return found


def _down_s(downtimes: Downtimes, element: str, line: Line) -> float:
    """Seconds of an element's outages between a transfer's start and its end."""
    spans = downtimes.get(element, ())
    return sum(max(min(end_s, line["t_s"]) - max(start_s, line["start_s"]), 0.0) for start_s, end_s in spans)
