"""Devices at distances that the scenario names."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from wfsim.part import Section
from wfsim.rng import Streams
from wfsim.topology import BASE_STATION, Topology
from wfsim.topology._star import Polar, star

if TYPE_CHECKING:
    import networkx


class PlacedDevice(Section):
    """One device of a `placed` topology."""

    name: str = Field(min_length=1, description="unique name")
    distance_m: float = Field(gt=0, description="distance to the base station, m")


class Placed(Topology, kind="placed"):
    """Devices listed by name and distance; each bearing ~ U(0, 2 pi) at the device's own address.

    The list is kept sorted by name, so its order in the file changes nothing. Duplicate names are an error.
    """

    devices: tuple[PlacedDevice, ...] = Field(
        min_length=1, description="name and distance_m of every device", examples=[[{"name": "a", "distance_m": 100.0}]]
    )

    @field_validator("devices")
    @classmethod
    def _sort_and_check(cls, devices: tuple[PlacedDevice, ...]) -> tuple[PlacedDevice, ...]:
        counts = Counter(device.name for device in devices)
        repeated = sorted(name for name, count in counts.items() if count > 1)
        if repeated:
            raise ValueError(f"device names must be unique; repeated: {', '.join(repeated)}")
        if BASE_STATION in counts:
            raise ValueError(f"{BASE_STATION!r} is the name of the base station; choose another device name")
        return tuple(sorted(devices, key=lambda device: device.name))

    def device_names(self) -> tuple[str, ...]:
        return tuple(device.name for device in self.devices)

    def graph(self, streams: Streams) -> networkx.Graph:
        return star({device.name: self._position(streams, device) for device in self.devices})

    @staticmethod
    def _position(streams: Streams, device: PlacedDevice) -> Polar:
        turn = streams.uniforms(1, "topology", device.name)[0]
        return Polar(device.distance_m, math.tau * float(turn))
