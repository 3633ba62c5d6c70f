"""Whose way an outage lies on, read from the hops that payloads took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wfsim.figures._downs import Span, merged, span_of
from wfsim.results.metrics import Outage
from wfsim.results.metrics.links import UP

Line = dict[str, Any]
Edges = dict[str, set[str]]


class Ways:
    """Folds journal lines into each device's station, and into the hops that lead from stations up and to them down."""

    def __init__(self) -> None:
        self._devices: dict[str, list[str]] = {}
        self._hops: dict[str, tuple[Edges, set[tuple[str, str]]]] = {"up": ({}, set()), "down": ({}, set())}

    def __call__(self, line: Line) -> None:
        if line["type"] == "link_placed":
            self._devices.setdefault(line["station"], []).append(line["device"])
        elif line["type"] == "hop_ended":
            source, target = line["link"].split(">")
            # Both are read from the server's side: from where a hop is down, which stations are cut off.
            near, far = (target, source) if line["purpose"] in UP else (source, target)
            edges, hops = self._hops["up" if line["purpose"] in UP else "down"]
            edges.setdefault(near, set()).add(far)
            hops.add((source, target))

    def devices_behind(self, element: str, what: str) -> set[str]:
        """Devices whose payloads cross an element that was down; all of them for the server."""
        if what == "server":
            return {device for devices in self._devices.values() for device in devices}
        if what == "device":
            return {element}
        if what == "node":
            stations = self._beyond("up", element) | self._beyond("down", element)
        else:
            first, second = element.split("<>")
            stations = self._behind_hop(first, second) | self._behind_hop(second, first)
        return {device for station in stations for device in self._devices.get(station, ())}

    def _behind_hop(self, source: str, target: str) -> set[str]:
        up = self._beyond("up", source) if (source, target) in self._hops["up"][1] else set()
        return up | (self._beyond("down", target) if (source, target) in self._hops["down"][1] else set())

    def _beyond(self, direction: str, node: str) -> set[str]:
        """The node and all that lie behind it, seen from the server."""
        edges, reached, to_do = self._hops[direction][0], {node}, [node]
        while to_do:
            new = edges.get(to_do.pop(), set()) - reached
            reached |= new
            to_do += new
        return reached


def downs_of_devices(lines: Iterable[Line], outages: Sequence[Outage]) -> Mapping[str, list[Span]]:
    """When something on each device's way was down, in order and without overlaps."""
    ways, spans = Ways(), dict[str, list[Span]]()
    for line in lines:
        ways(line)
    for each in outages:
        for device in ways.devices_behind(each.element, each.what):
            spans.setdefault(device, []).append(span_of(each))
    return {device: merged(found) for device, found in spans.items()}
