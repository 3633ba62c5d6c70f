"""One base station in the middle, one edge to each device."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from wfsim.topology import BASE_STATION

if TYPE_CHECKING:
    import networkx


class Polar(NamedTuple):
    """A position seen from the base station: metres and radians."""

    distance_m: float
    bearing_rad: float


def star(positions: Mapping[str, Polar]) -> networkx.Graph:
    """The graph of one cell: nodes in order of name after the base station, which stands at the origin."""
    import networkx

    graph = networkx.Graph()
    graph.add_node(BASE_STATION, role="base_station", x_m=0.0, y_m=0.0)
    for name, (distance_m, bearing_rad) in sorted(positions.items()):
        x_m, y_m = distance_m * math.cos(bearing_rad), distance_m * math.sin(bearing_rad)
        graph.add_node(name, role="device", x_m=x_m, y_m=y_m)
        graph.add_edge(name, BASE_STATION, distance_m=distance_m)
    return graph
