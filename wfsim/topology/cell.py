"""One cell with devices scattered over it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology._star import Polar, star

if TYPE_CHECKING:
    import networkx


class Cell(Topology, kind="cell"):
    """Devices uniform over the area of an annulus: r^2 ~ U(min_distance^2, radius^2), bearing ~ U(0, 2 pi).

    Each device is drawn at its own address, so adding devices moves nobody. Valid for min_distance_m < radius_m.
    """

    devices: int = Field(20, ge=1, le=99_999, description="number of devices, named d00001, d00002, ...")
    radius_m: float = Field(500.0, gt=0, description="outer radius, m")
    min_distance_m: float = Field(35.0, ge=0, description="least distance to the base station, m")

    @model_validator(mode="after")
    def _check_annulus(self) -> Cell:
        if self.min_distance_m >= self.radius_m:
            raise ValueError(f"min_distance_m {self.min_distance_m:g} must be less than radius_m {self.radius_m:g}")
        return self

    def device_names(self) -> tuple[str, ...]:
        return tuple(f"d{number:05d}" for number in range(1, self.devices + 1))

    def graph(self, streams: Streams) -> networkx.Graph:
        return star({name: self._position(streams, name) for name in self.device_names()})

    def _position(self, streams: Streams, name: str) -> Polar:
        area_share, turn = streams.uniforms(2, "topology", name)
        inner_m2 = self.min_distance_m**2
        distance_m = math.sqrt(inner_m2 + area_share * (self.radius_m**2 - inner_m2))
        return Polar(distance_m, math.tau * float(turn))
