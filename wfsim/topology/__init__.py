"""Slot `topology`: where the devices and the base station stand, as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfsim.part import Part, load_folder
from wfsim.rng import Streams

if TYPE_CHECKING:
    import networkx

BASE_STATION = "bs"


class Topology(Part, slot="topology"):
    """Places the devices of a scenario around its base station."""

    def device_names(self) -> tuple[str, ...]:
        """Names of all devices, sorted."""
        raise NotImplementedError(type(self).__name__)

    def graph(self, streams: Streams) -> networkx.Graph:
        """Undirected graph. Nodes carry `role` ("device" or "base_station"), `x_m`, `y_m`; edges `distance_m` (2D)."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
