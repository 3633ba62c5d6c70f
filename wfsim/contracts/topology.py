"""What every topology promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.errors import ScenarioError
from wfsim.rng import Streams
from wfsim.topology import Topology, rules
from wfsim.topology.layout import layout_of


def check_device_names_are_sorted_unique_and_in_the_graph(topology: Topology) -> None:
    """The nodes of role `device` are the devices."""
    names, graph = topology.device_names(), topology.graph(Streams(1))
    require_equal(list(names), sorted(set(names)), "device_names()")
    devices = {name for name, role in graph.nodes(data="role") if role == "device"}
    require_equal(devices, set(names), "the set of nodes with the role `device`")


def check_the_graph_is_a_network(topology: Topology) -> None:
    """Known roles, one station per device, a way from every station to the server: `topology.rules`."""
    try:
        rules.check_graph(topology.graph(Streams(1)))
    except ScenarioError as error:
        raise AssertionError(f"the graph is no network: {error.message}") from None


def check_the_layout_serves_every_device_once(topology: Topology) -> None:
    """Stations with their devices, in order of name, and a server among the fixed nodes."""
    layout = layout_of(topology.graph(Streams(1)))
    served = sorted(device for station in layout.stations for device in station.devices)
    require_equal(tuple(served), topology.device_names(), "the devices of all stations")
    require(layout.server in layout.fixed, f"the server {layout.server} is no fixed node")
    require_equal(set(layout.outages), set(layout.fixed), "the set of nodes with outages")


def check_every_device_stands_as_far_from_its_station_as_its_edge_says(topology: Topology) -> None:
    """`distance_m` of the edge to the station follows from `x_m` and `y_m`, and is above 0."""
    graph = topology.graph(Streams(1))
    for name in topology.device_names():
        ((station, edge),) = graph[name].items()
        node, base = graph.nodes[name], graph.nodes[station]
        length_m = math.hypot(node["x_m"] - base["x_m"], node["y_m"] - base["y_m"])
        require_close(edge["distance_m"], length_m, f"distance_m of {name} is wrong", rel=1e-9)
        require(length_m > 0, f"{name} stands on its station {station}")


def check_a_graph_is_the_same_every_time(topology: Topology) -> None:
    """Positions and links depend on the seed alone."""
    first, again = (topology.graph(Streams(1)) for _ in range(2))
    require(dict(first.nodes(data=True)) == dict(again.nodes(data=True)), "the same seed gives two sets of nodes")
    require(list(first.edges(data=True)) == list(again.edges(data=True)), "the same seed gives two sets of links")
