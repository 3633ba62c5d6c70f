"""What every topology promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.rng import Streams
from wfsim.topology import BASE_STATION, Topology


def check_device_names_are_sorted_unique_and_in_the_graph(topology: Topology) -> None:
    """The graph holds the devices, the base station and nothing else, each with its role."""
    names, graph = topology.device_names(), topology.graph(Streams(1))
    require_equal(list(names), sorted(set(names)), "device_names()")
    require_equal(set(graph), {BASE_STATION, *names}, "the set of nodes")
    devices = {name for name, role in graph.nodes(data="role") if role == "device"}
    require_equal(devices, set(names), "the nodes with the role `device`")
    require_equal(graph.nodes[BASE_STATION]["role"], "base_station", f"the role of {BASE_STATION}")


def check_every_device_has_one_edge_whose_length_is_the_distance_of_its_ends(topology: Topology) -> None:
    """`distance_m` of the edge to the base station follows from `x_m` and `y_m`, and is above 0."""
    graph, names = topology.graph(Streams(1)), topology.device_names()
    base = graph.nodes[BASE_STATION]
    require_equal(graph.number_of_edges(), len(names), "the number of edges")
    for name in names:
        node = graph.nodes[name]
        length_m = math.hypot(node["x_m"] - base["x_m"], node["y_m"] - base["y_m"])
        require_close(graph.edges[name, BASE_STATION]["distance_m"], length_m, f"distance_m of {name} is wrong")
        require(length_m > 0, f"{name} stands on the base station")


def check_a_graph_is_the_same_every_time(topology: Topology) -> None:
    """Positions depend on the seed alone."""
    first, again = (dict(topology.graph(Streams(1)).nodes(data=True)) for _ in range(2))
    require(first == again, "the same seed gives two graphs")
