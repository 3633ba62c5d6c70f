"""A city: cells on a hexagonal grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology._build import CLOUD, Point, add_devices, add_fixed, check_annulus, numbered, scattered
from wfsim.wired import Hop
from wfsim.wired.wire import Wire

if TYPE_CHECKING:
    import networkx

_TURNS = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))  # the six neighbours in axial coordinates, in order


class Cells(Topology, kind="cells"):
    """Base stations on a hexagonal grid, in rings around the first, each with a backhaul to one cloud.

    Devices are uniform over a disc of the hexagon's area, radius inter_site_m sqrt(sqrt(3) / (2 pi)), at their cell's
    own address: adding cells, or devices to every cell, moves nobody. Names: c0001, c0001-d001.
    """

    cells: int = Field(7, ge=1, le=9_999, description="number of cells; 7 and 19 are whole rings")
    devices_per_cell: int = Field(20, ge=1, le=99_999, description="devices in every cell")
    inter_site_m: float = Field(500.0, gt=0.0, description="distance of neighbouring base stations, m")
    min_distance_m: float = Field(35.0, ge=0.0, description="least distance of a device to its base station, m")
    radio: str | None = Field(None, description="entry of the scenario's radios; null: its radio")
    backhaul: Hop = Field(Wire(rate_bps=1e10, delay_s=1e-3), description="every cell's link to the cloud")

    @property
    def radius_m(self) -> float:
        """Radius of the disc that has a hexagon's area."""
        return self.inter_site_m * math.sqrt(math.sqrt(3.0) / (2.0 * math.pi))

    @model_validator(mode="after")
    def _check_annulus(self) -> Cells:
        check_annulus(self.min_distance_m, self.radius_m)
        return self

    def device_names(self) -> tuple[str, ...]:
        return tuple(sorted(name for cell in self._names() for name in numbered(cell, self.devices_per_cell)))

    def graph(self, streams: Streams) -> networkx.Graph:
        import networkx

        graph = networkx.Graph()
        add_fixed(graph, CLOUD, "cloud", (0.0, 0.0))
        for cell, (q, r) in zip(self._names(), islice(_spiral(), self.cells), strict=True):
            at_m = self.inter_site_m * (q + 0.5 * r), self.inter_site_m * math.sqrt(0.75) * r
            self._add(graph, streams, cell, at_m)
        return graph

    def _names(self) -> list[str]:
        return [f"c{number:04d}" for number in range(1, self.cells + 1)]

    def _add(self, graph: networkx.Graph, streams: Streams, cell: str, at_m: Point) -> None:
        add_fixed(graph, cell, "base_station", at_m, radio=self.radio)
        offsets_m = scattered(streams, cell, self.devices_per_cell, self.min_distance_m, self.radius_m)
        add_devices(graph, cell, numbered(cell, self.devices_per_cell), offsets_m)
        graph.add_edge(cell, CLOUD, hop=self.backhaul)


def _spiral() -> Iterator[tuple[int, int]]:
    """Axial coordinates of hexagons, the middle first, then ring after ring without end."""
    yield 0, 0
    ring = 0
    while True:
        ring += 1
        q, r = 0, -ring
        for step_q, step_r in _TURNS:
            for _ in range(ring):
                yield q, r
                q, r = q + step_q, r + step_r
