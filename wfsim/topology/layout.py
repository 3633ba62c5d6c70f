"""What a world is wired from: stations with their devices, and the fixed network behind them, read from a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.outages import Outages
from wfsim.outages.none import NoOutages
from wfsim.topology.rules import STATIONS, check_graph

if TYPE_CHECKING:
    import networkx

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Station:
    """A radio station and the devices it serves, in order of name.

    `distance_m` [devices] is horizontal, `device_m` [devices, 2] and `station_m` [2] are positions. `radio` names an
    entry of the scenario's `radios` (None: its `radio`).
    """

    name: str
    radio: str | None
    devices: tuple[str, ...]
    distance_m: Array
    device_m: Array
    station_m: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Stations in order of name, where the server stands, the graph of fixed nodes alone, and outages of nodes."""

    stations: tuple[Station, ...]
    server: str
    fixed: networkx.Graph
    outages: Mapping[str, Outages]

    def edge_on(self, way: Sequence[str]) -> str:
        """The first edge server on a station's way to the server, else the station itself."""
        return next((name for name in way if self.fixed.nodes[name]["role"] == "edge_server"), way[0])


def layout_of(graph: networkx.Graph) -> Layout:
    """Read a topology's graph: the server is the node of role `cloud`, else the only station.

    Raises ScenarioError where the graph breaks a rule of `rules.check_graph`.
    """
    check_graph(graph)
    stations = tuple(_station(graph, name) for name in sorted(graph) if graph.nodes[name]["role"] in STATIONS)
    clouds = [name for name, role in graph.nodes(data="role") if role == "cloud"]
    fixed = graph.subgraph([name for name, role in graph.nodes(data="role") if role != "device"])
    outages = {name: graph.nodes[name].get("outages", NoOutages()) for name in sorted(fixed)}
    return Layout(stations=stations, server=(clouds or [stations[0].name])[0], fixed=fixed, outages=outages)


def _devices(graph: networkx.Graph, station: str) -> list[str]:
    return sorted(name for name in graph[station] if graph.nodes[name]["role"] == "device")


def _station(graph: networkx.Graph, name: str) -> Station:
    devices = _devices(graph, name)
    return Station(
        name=name,
        radio=graph.nodes[name].get("radio"),
        devices=tuple(devices),
        distance_m=np.array([graph.edges[device, name]["distance_m"] for device in devices]),
        device_m=np.array([_position(graph, device) for device in devices]),
        station_m=np.array(_position(graph, name)),
    )


def _position(graph: networkx.Graph, name: str) -> tuple[float, float]:
    node = graph.nodes[name]
    return node["x_m"], node["y_m"]
