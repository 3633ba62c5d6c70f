"""Random waypoints."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field, field_validator

from wfsim.rng import Streams
from wfsim.topology.mobility import Array, Mobility, Path
from wfsim.topology.mobility._track import along


class Waypoint(Mobility, kind="waypoint"):
    """Walk straight to a place drawn uniformly in a disc around the start, pause, and on: random waypoint.

    Speed and pause are uniform in their ranges, drawn anew per leg. Johnson and Maltz 1996; speeds above 0 keep the
    mean speed from decaying (Yoon, Liu and Noble 2003). The first leg begins at t = 0 at the start, so the law of
    positions is not stationary at first. Valid for people and vehicles in the open; it knows no walls or roads.
    """

    radius_m: float = Field(30.0, gt=0.0, le=1e5, description="how far a device strays from where it was placed, m")
    speed_mps: tuple[float, float] = Field((0.5, 1.5), description="least and greatest speed, m/s")
    pause_s: tuple[float, float] = Field((0.0, 0.0), description="least and greatest pause at a waypoint, s")
    update_s: float = Field(0.1, ge=1e-3, description="length of a block where the fading has none, s")

    @field_validator("speed_mps", "pause_s")
    @classmethod
    def _range(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0.0 <= value[0] <= value[1]:
            raise ValueError(f"needs 0 <= least <= greatest, got {value[0]:g} and {value[1]:g}")
        return value

    @field_validator("speed_mps")
    @classmethod
    def _moves(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] < _SLOWEST_MPS:
            raise ValueError(f"the least speed must be at least {_SLOWEST_MPS:g} m/s, got {value[0]:g}")
        return value

    def update_every_s(self) -> float | None:
        return self.update_s

    def realise(self, streams: Streams, device: str, start_m: Array, station_m: Array) -> Path:
        return _Walk(self, streams, device, start_m)


_SLOWEST_MPS = 0.01


class _Walk:
    """Legs drawn in sequence at (device, leg), as far as anybody asked and as many again, and kept."""

    def __init__(self, part: Waypoint, streams: Streams, device: str, start_m: Array) -> None:
        self._part, self._streams, self._device = part, streams, device
        self._start_m = np.asarray(start_m, dtype=np.float64)
        self._corner_s, self._corner_m, self._legs = np.zeros(1), self._start_m[None, :], 0

    def position_m(self, t_s: Array) -> Array:
        while self._corner_s[-1] < np.max(t_s, initial=0.0):
            self._walk_on(max(1, self._legs))
        return along(self._corner_s, self._corner_m, t_s)

    def farthest_m(self, point_m: Array) -> float:
        return float(np.hypot(*(self._start_m - point_m))) + self._part.radius_m

    def _walk_on(self, legs: int) -> None:
        corner_s, corner_m = [self._corner_s[-1]], [self._corner_m[-1]]
        for leg in range(self._legs, self._legs + legs):
            target_m, speed_mps, pause_s = self._leg(leg)
            arrival_s = corner_s[-1] + np.hypot(*(target_m - corner_m[-1])) / speed_mps
            corner_s += [arrival_s, arrival_s + pause_s]
            corner_m += [target_m, target_m]
        self._corner_s = np.concatenate([self._corner_s, corner_s[1:]])
        self._corner_m = np.concatenate([self._corner_m, corner_m[1:]])
        self._legs += legs

    def _leg(self, leg: int) -> tuple[Array, float, float]:
        """The waypoint, the speed on the way there and the pause."""
        area, turn, speed, pause = self._streams.uniforms(4, "mobility", self._device, leg)
        bearing = np.array([math.cos(math.tau * turn), math.sin(math.tau * turn)])
        target_m = self._start_m + self._part.radius_m * math.sqrt(area) * bearing
        return target_m, _between(self._part.speed_mps, speed), _between(self._part.pause_s, pause)


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + share * (ends[1] - ends[0])
