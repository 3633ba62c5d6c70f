"""Any network, node by node and link by link."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from wfsim.errors import nearest
from wfsim.outages import Outages
from wfsim.outages.none import NoOutages
from wfsim.part import Section
from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology._build import NAME, Point, add_fixed
from wfsim.topology.rules import STATIONS
from wfsim.wired import Hop
from wfsim.wired.wire import Wire

if TYPE_CHECKING:
    import networkx


class Node(Section):
    """One node of a network."""

    name: str = Field(pattern=NAME, description="unique name")
    role: Literal["device", "base_station", "access_point", "relay", "gateway", "edge_server", "cloud"] = Field(
        description="what it is; exactly one is the cloud, where the server stands"
    )
    at_m: tuple[float, float] | None = Field(
        None, description="[x, y], m; devices and stations need it, others are drawn at [0, 0] without it"
    )
    station: str | None = Field(None, description="of a device: the station it uses; null: the nearest")
    radio: str | None = Field(None, description="of a station: entry of the scenario's radios; null: its radio")
    outages: Outages = Field(NoOutages(), description="of any node but a device: when it is down")

    @model_validator(mode="after")
    def _fields_fit_the_role(self) -> Node:
        if self.at_m is None and self.role in ("device", *STATIONS):
            raise ValueError(f"at_m is required: {self.name} is a {self.role}")
        if self.station is not None and self.role != "device":
            raise ValueError(f"station is for devices; {self.name} is a {self.role}")
        if self.radio is not None and self.role not in STATIONS:
            raise ValueError(f"radio is for base stations and access points; {self.name} is a {self.role}")
        if self.role == "device" and not isinstance(self.outages, NoOutages):
            raise ValueError(f"outages is for fixed nodes; {self.name} is a device: see devices")
        return self

    @property
    def point_m(self) -> Point:
        """Where it stands or is drawn."""
        return self.at_m or (0.0, 0.0)


class Link(Section):
    """One link between two fixed nodes."""

    between: tuple[str, str] = Field(description="the names of its ends")
    hop: Hop = Field(Wire(), description="rate, delay and loss of each direction")


class Graph(Topology, kind="graph"):
    """Nodes and links as the scenario lists them. A device uses the station it names, else the nearest one (of equally
    near ones the first by name); links join fixed nodes. The order of the lists changes nothing."""

    nodes: tuple[Node, ...] = Field(
        min_length=1,
        description="every node, devices included",
        examples=[
            [
                {"name": "d1", "role": "device", "at_m": [30.0, 40.0]},
                {"name": "ap", "role": "access_point", "at_m": [0.0, 0.0]},
            ]
        ],
    )
    links: tuple[Link, ...] = Field(
        (), description="links between fixed nodes", examples=[[{"between": ["ap", "cloud"]}]]
    )

    @field_validator("nodes")
    @classmethod
    def _check_names(cls, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        repeated = sorted(name for name, count in Counter(node.name for node in nodes).items() if count > 1)
        if repeated:
            raise ValueError(f"names of nodes must be unique; repeated: {', '.join(repeated[:5])}")
        return tuple(sorted(nodes, key=lambda node: node.name))

    @field_validator("links")
    @classmethod
    def _check_links(cls, links: tuple[Link, ...]) -> tuple[Link, ...]:
        ends = Counter(tuple(sorted(link.between)) for link in links)
        for (one, other), count in sorted(ends.items()):
            if one == other or count > 1:
                raise ValueError(f"a link joins two nodes once; {one} and {other} are joined otherwise")
        return tuple(sorted(links, key=lambda link: sorted(link.between)))

    @model_validator(mode="after")
    def _names_are_known(self) -> Graph:
        fixed = [node.name for node in self.nodes if node.role != "device"]
        stations = [node.name for node in self.nodes if node.role in STATIONS]
        for end in (end for link in self.links for end in link.between):
            if end not in fixed:
                raise ValueError(f"links join fixed nodes; {end!r} is none{nearest(end, fixed)}")
        for node in self.nodes:
            if node.station is not None and node.station not in stations:
                raise ValueError(
                    f"device {node.name} uses {node.station!r}, no station{nearest(node.station, stations)}"
                )
            if node.role == "device" and not stations:
                raise ValueError(f"device {node.name} has no base station or access point to use")
        return self

    def device_names(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.nodes if node.role == "device")

    def graph(self, streams: Streams) -> networkx.Graph:
        import networkx

        graph = networkx.Graph()
        stations = [node for node in self.nodes if node.role in STATIONS]
        for node in self.nodes:
            if node.role != "device":
                add_fixed(graph, node.name, node.role, node.point_m, radio=node.radio, outages=node.outages)
        graph.add_edges_from((*link.between, {"hop": link.hop}) for link in self.links)
        for device in (node for node in self.nodes if node.role == "device"):
            _attach(graph, device, stations)
        return graph


def _attach(graph: networkx.Graph, device: Node, stations: Sequence[Node]) -> None:
    allowed = [station for station in stations if device.station in (None, station.name)]
    distance_m, station = min((math.dist(device.point_m, node.point_m), node.name) for node in allowed)
    graph.add_node(device.name, role="device", x_m=device.point_m[0], y_m=device.point_m[1])
    graph.add_edge(device.name, station, distance_m=distance_m)
