"""A mesh of relays: what stands far from the gateway is reached over many hops."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, model_validator

from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology._build import CLOUD, Point, add_devices, add_fixed, check_annulus, numbered, scattered
from wfsim.wired import Hop
from wfsim.wired.relay import Relay
from wfsim.wired.wire import Wire

if TYPE_CHECKING:
    import networkx

_LINES = 30  # 900 nodes, two digits in each name
_DIAGONAL_FREE = 1.01  # of the spacing: reaches the next node of a row or column, not across

Place = tuple[int, int]


class Mesh(Topology, kind="mesh"):
    """Nodes on a grid, joined to all within `range_m`: the gateway in the corner r01c01, behind it the cloud; the
    `stations` nodes farthest from that corner are access points with devices around them, all others relays.

    `jitter` moves each node by U(-jitter/2, jitter/2) of the spacing along both axes at its own address: 1 gives a
    random geometric graph, which may fall apart where the range is short. Names: r01c02, r05c05-d001.
    """

    rows: int = Field(4, ge=1, le=_LINES, description="rows of nodes")
    columns: int = Field(4, ge=1, le=_LINES, description="columns of nodes")
    spacing_m: float = Field(200.0, gt=0.0, description="distance of neighbours on the grid, m")
    jitter: float = Field(0.0, ge=0.0, le=1.0, description="random displacement, in units of the spacing")
    range_m: float | None = Field(
        None, gt=0.0, description="reach of the links, m; null: next on the grid and no farther"
    )
    stations: int = Field(3, ge=1, description="access points: the nodes farthest from the gateway")
    devices_per_station: int = Field(5, ge=1, le=9_999, description="devices at every access point")
    radius_m: float = Field(60.0, gt=0.0, description="outer radius of the devices around their access point, m")
    min_distance_m: float = Field(5.0, ge=0.0, description="least distance of a device to its access point, m")
    radio: str | None = Field(None, description="entry of the scenario's radios for all access points; null: its radio")
    hop: Hop = Field(
        Wire(rate_bps=2e7, delay_s=2e-3), description="every link of the mesh; a relay's has the length of the link"
    )
    backhaul: Hop = Field(Wire(rate_bps=1e8, delay_s=1e-2), description="the link from the gateway to the cloud")

    @model_validator(mode="after")
    def _check(self) -> Mesh:
        check_annulus(self.min_distance_m, self.radius_m)
        if self.stations >= self.rows * self.columns:
            raise ValueError(
                f"stations {self.stations} must be fewer than the {self.rows * self.columns} nodes: one is the gateway"
            )
        if self.jitter > 0.0 and self.range_m is None:
            raise ValueError("range_m is required: with jitter, neighbours are those within reach")
        return self

    def device_names(self) -> tuple[str, ...]:
        return tuple(sorted(name for node in self._stations() for name in numbered(node, self.devices_per_station)))

    def graph(self, streams: Streams) -> networkx.Graph:
        import networkx

        graph, stations = networkx.Graph(), self._stations()
        at_m = {_name(place): self._at_m(streams, place) for place in self._places()}
        for node, point_m in at_m.items():
            role = "access_point" if node in stations else "gateway" if node == _name((1, 1)) else "relay"
            add_fixed(graph, node, role, point_m, radio=self.radio if node in stations else None)
        add_fixed(graph, CLOUD, "cloud", (-self.spacing_m, 0.0))
        graph.add_edge(_name((1, 1)), CLOUD, hop=self.backhaul)
        graph.add_edges_from(self._links(at_m))
        for node in stations:
            offsets_m = scattered(streams, node, self.devices_per_station, self.min_distance_m, self.radius_m)
            add_devices(graph, node, numbered(node, self.devices_per_station), offsets_m)
        return graph

    def _places(self) -> list[Place]:
        return list(product(range(1, self.rows + 1), range(1, self.columns + 1)))

    def _stations(self) -> list[str]:
        """The farthest nodes on the grid, whatever the jitter: names depend on no seed."""
        farthest = sorted(self._places(), key=lambda place: (-math.dist(place, (1, 1)), place))
        return [_name(place) for place in farthest[: self.stations]]

    def _at_m(self, streams: Streams, place: Place) -> Point:
        row, column = place
        if self.jitter == 0.0:
            return self.spacing_m * (column - 1), self.spacing_m * (row - 1)
        right, up = self.jitter * (streams.uniforms(2, "topology", _name(place), "mesh") - 0.5)
        return self.spacing_m * (column - 1 + float(right)), self.spacing_m * (row - 1 + float(up))

    def _links(self, at_m: dict[str, Point]) -> Iterator[tuple[str, str, dict[str, Hop]]]:
        range_m = self.range_m or _DIAGONAL_FREE * self.spacing_m
        names, points_m = list(at_m), np.array(list(at_m.values()))
        apart_m = np.linalg.norm(points_m[:, None] - points_m[None], axis=2)
        for one, other in zip(*np.nonzero(np.triu(apart_m <= range_m, k=1)), strict=True):
            yield names[one], names[other], {"hop": self._hop(float(apart_m[one, other]))}

    def _hop(self, length_m: float) -> Hop:
        fits = isinstance(self.hop, Relay) and self.hop.distance_m is None
        return self.hop.model_copy(update={"distance_m": length_m}) if fits else self.hop


def _name(place: Place) -> str:
    return f"r{place[0]:02d}c{place[1]:02d}"
