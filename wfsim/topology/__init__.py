"""Slot `topology`: where the devices and the base station stand, as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from wfsim.part import Part, load_folder
from wfsim.rng import Streams
from wfsim.topology.mobility import Mobility
from wfsim.topology.mobility.static import Static

if TYPE_CHECKING:
    import networkx

BASE_STATION = "bs"


class Topology(Part, slot="topology"):
    """Places the devices of a scenario around its base station."""

    mobility: Mobility = Field(Static(), description="how devices move from where they are placed")

    def device_names(self) -> tuple[str, ...]:
        """Names of all devices, sorted."""
        raise NotImplementedError(type(self).__name__)

    def graph(self, streams: Streams) -> networkx.Graph:
        """Undirected graph. Nodes carry `role` ("device" or "base_station"), `x_m`, `y_m`; edges `distance_m` (2D)."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
