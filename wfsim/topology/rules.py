"""What a network must be, whoever built its graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wfsim.errors import ScenarioError, nearest

if TYPE_CHECKING:
    import networkx

STATIONS = ("base_station", "access_point")
ROLES = ("device", *STATIONS, "relay", "gateway", "edge_server", "cloud")


def check_graph(graph: networkx.Graph) -> None:
    """Raise ScenarioError, naming the node: every node has a role, every device one station at a distance above 0,
    every station a device and a way to the one cloud, every link between fixed nodes a hop.

    A single station without anything behind it needs no cloud: the server stands beside it.
    """
    roles = dict(graph.nodes(data="role"))
    _check_roles(roles)
    devices = [name for name, role in roles.items() if role == "device"]
    stations = sorted(name for name, role in roles.items() if role in STATIONS)
    if not devices or not stations:
        raise _error(f"the network has no {'station' if devices else 'device'}")
    _check_devices(graph, devices, roles)
    _check_stations(graph, stations, roles)
    fixed = graph.subgraph([name for name, role in roles.items() if role != "device"])
    _check_hops(fixed)
    if len(fixed) > 1:
        _check_ways(fixed, stations, sorted(name for name in fixed if roles[name] == "cloud"))


def _error(message: str) -> ScenarioError:
    return ScenarioError(message, path="topology")


def _check_roles(roles: dict[str, str | None]) -> None:
    for name, role in roles.items():
        if role not in ROLES:
            raise _error(f"{name} has no known role, {role!r}{nearest(str(role), ROLES)}; known: {', '.join(ROLES)}")


def _check_devices(graph: networkx.Graph, devices: Sequence[str], roles: dict[str, str]) -> None:
    for device in devices:
        neighbours = list(graph[device])
        if len(neighbours) != 1 or roles[neighbours[0]] not in STATIONS:
            beside = ", ".join(sorted(neighbours)) or "nothing"
            raise _error(f"device {device} must be at one base station or access point; it is linked to {beside}")
        distance_m = graph.edges[device, neighbours[0]].get("distance_m", 0.0)
        if not distance_m > 0.0:
            raise _error(f"device {device} stands on its station {neighbours[0]}, {distance_m:g} m away")


def _check_stations(graph: networkx.Graph, stations: Sequence[str], roles: dict[str, str]) -> None:
    for station in stations:
        if all(roles[name] != "device" for name in graph[station]):
            raise _error(f"station {station} has no devices; give it some, or make it a relay")


def _check_hops(fixed: networkx.Graph) -> None:
    for one, other, hop in fixed.edges(data="hop"):
        if hop is None:
            raise _error(f"the link between {one} and {other} has no hop")


def _check_ways(fixed: networkx.Graph, stations: Sequence[str], clouds: Sequence[str]) -> None:
    import networkx

    if len(clouds) != 1:
        found = f"{len(clouds)}: {', '.join(clouds[:5])}" if clouds else "none"
        raise _error(f"the network needs one node of role cloud, where the server is; it has {found}")
    reached = networkx.node_connected_component(fixed, clouds[0])
    for station in stations:
        if station not in reached:
            raise _error(f"station {station} has no way to {clouds[0]}")
