"""What the fixed network adds to a round when nothing else waits."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from wfsim.topology.layout import Layout, Station
from wfsim.wired import Hop

if TYPE_CHECKING:
    import networkx


def backhaul_s(layout: Layout, station: Station, upload_bits: float, download_bits: float) -> float:
    """Seconds that a download and, behind one another, the uploads of all devices of a station spend between it and the
    server: on the quickest way, stored and forwarded whole at each hop; rates and delays at their expectations."""
    if station.name == layout.server:
        return 0.0
    hops = _way(layout.fixed, station.name, layout.server, upload_bits)
    up_s, down_s = (sum(_seconds(hop, bits) for hop in hops) for bits in (upload_bits, download_bits))
    slowest_s = max(_seconds(hop, upload_bits) - hop.expected_delay_s() for hop in hops)
    return down_s + up_s + (len(station.devices) - 1) * slowest_s


def _seconds(hop: Hop, bits: float) -> float:
    """Lost packets are sent again."""
    return hop.expected_delay_s() + bits / (hop.expected_bps() * (1.0 - hop.loss))


def _way(fixed: networkx.Graph, source: str, target: str, bits: float) -> list[Hop]:
    import networkx

    def seconds(one: str, other: str, edge: dict[str, Hop]) -> float:
        return _seconds(edge["hop"], bits)

    nodes = networkx.shortest_path(fixed, source, target, weight=seconds)
    return [fixed.edges[pair]["hop"] for pair in pairwise(nodes)]
