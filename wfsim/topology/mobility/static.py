"""Nobody moves, the neutral member."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfsim.rng import Streams
from wfsim.topology.mobility import Array, Mobility, Path


class Static(Mobility, kind="static"):
    """Every device stays where the topology placed it. Neutral: large-scale loss never changes."""

    def update_every_s(self) -> float | None:
        return None

    def realise(self, streams: Streams, device: str, start_m: Array, station_m: Array) -> Path:
        return _Standing(start_m)


@dataclass(frozen=True, eq=False)
class _Standing:
    start_m: Array

    def position_m(self, t_s: Array) -> Array:
        return np.tile(self.start_m, (len(t_s), 1))

    def farthest_m(self, point_m: Array) -> float:
        return float(np.hypot(*(self.start_m - point_m)))
