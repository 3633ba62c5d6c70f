"""Factories, branches, farms: sites with a station and a backhaul of their own, and one cloud."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from wfsim.outages import Outages
from wfsim.outages.none import NoOutages
from wfsim.part import Section
from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology._build import CLOUD, NAME, Point, add_devices, add_fixed, check_annulus, numbered, scattered
from wfsim.wired import Hop
from wfsim.wired.wire import Wire

if TYPE_CHECKING:
    import networkx

_NEAREST_M, _FARTHEST_M = 5_000.0, 50_000.0  # of sites without `at_m`, from the cloud


class Site(Section):
    """One site: devices scattered around its station, which the backhaul joins to the cloud."""

    name: str = Field(pattern=NAME, description="unique name; the station has it, devices are named <name>-d001, ...")
    devices: int = Field(10, ge=1, le=99_999, description="number of devices")
    radius_m: float = Field(100.0, gt=0.0, description="outer radius of the devices around the station, m")
    min_distance_m: float = Field(2.0, ge=0.0, description="least distance to the station, m")
    station: Literal["base_station", "access_point"] = Field("access_point", description="role of the station")
    radio: str | None = Field(None, description="entry of the scenario's radios; null: its radio")
    backhaul: Hop = Field(Wire(), description="the link to the cloud, each direction")
    outages: Outages = Field(NoOutages(), description="when the station is down")
    at_m: tuple[float, float] | None = Field(
        None, description="[x, y] of the station, m; null: kilometres away from the other sites"
    )
    edge: bool = Field(
        False,
        description="an edge server <name>-edge stands between station and backhaul, joined by a wire of 1 Gbit/s",
    )

    @model_validator(mode="after")
    def _check_annulus(self) -> Site:
        check_annulus(self.min_distance_m, self.radius_m)
        return self

    @property
    def fixed_names(self) -> list[str]:
        """The station and, where there is one, the edge server."""
        return [self.name, *([f"{self.name}-edge"] if self.edge else [])]


class Sites(Topology, kind="sites"):
    """Sites around one cloud. Devices are uniform over an annulus around their station, at the site's own address:
    adding sites, or devices to one, moves nobody. Sites without `at_m` lie 5 to 50 km around the cloud."""

    sites: tuple[Site, ...] = Field(
        min_length=1, description="the sites", examples=[[{"name": "plant-a", "devices": 3}, {"name": "branch-b"}]]
    )

    @field_validator("sites")
    @classmethod
    def _check_names(cls, sites: tuple[Site, ...]) -> tuple[Site, ...]:
        names = [CLOUD, *(name for site in sites for name in site.fixed_names + numbered(site.name, site.devices))]
        repeated = sorted(name for name, count in Counter(names).items() if count > 1)
        if repeated:
            raise ValueError(f"names of nodes must be unique; repeated: {', '.join(repeated[:5])}")
        return tuple(sorted(sites, key=lambda site: site.name))

    def device_names(self) -> tuple[str, ...]:
        return tuple(sorted(name for site in self.sites for name in numbered(site.name, site.devices)))

    def graph(self, streams: Streams) -> networkx.Graph:
        import networkx

        graph = networkx.Graph()
        add_fixed(graph, CLOUD, "cloud", (0.0, 0.0))
        for site in self.sites:
            _add(graph, streams, site, site.at_m or _somewhere(streams, site.name))
        return graph


def _add(graph: networkx.Graph, streams: Streams, site: Site, at_m: Point) -> None:
    add_fixed(graph, site.name, site.station, at_m, radio=site.radio, outages=site.outages)
    offsets_m = scattered(streams, site.name, site.devices, site.min_distance_m, site.radius_m)
    add_devices(graph, site.name, numbered(site.name, site.devices), offsets_m)
    *_, outermost = site.fixed_names
    if site.edge:
        add_fixed(graph, outermost, "edge_server", at_m)
        graph.add_edge(site.name, outermost, hop=Wire())
    graph.add_edge(outermost, CLOUD, hop=site.backhaul)


def _somewhere(streams: Streams, site: str) -> Point:
    share, turn = streams.uniforms(2, "topology", site, "place").tolist()
    radius_m, bearing_rad = _NEAREST_M + share * (_FARTHEST_M - _NEAREST_M), math.tau * turn
    return radius_m * math.cos(bearing_rad), radius_m * math.sin(bearing_rad)
