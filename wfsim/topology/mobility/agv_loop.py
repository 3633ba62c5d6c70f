"""Vehicles that go round."""

from __future__ import annotations

import numpy as np
from pydantic import Field, field_validator

from wfsim.rng import Streams
from wfsim.topology.mobility import Array, Mobility, Path
from wfsim.topology.mobility._track import along


class AgvLoop(Mobility, kind="agv_loop"):
    """A closed loop of straight stretches at constant speed, with a stop at every corner: an automated guided vehicle.

    All devices go the same shape, each through the place where the topology put it: where on its loop that is, is drawn
    uniform in time at the device's own address, so at t = 0 vehicles are anywhere on their rounds. Exact and periodic.
    """

    corners_m: tuple[tuple[float, float], ...] = Field(
        ((0.0, 0.0), (30.0, 0.0), (30.0, 15.0), (0.0, 15.0)),
        description="corners (x, y) of the loop in order, m; only the shape counts, not where it lies",
    )
    speed_mps: float = Field(1.0, ge=0.01, le=100.0, description="speed between corners, m/s")
    stop_s: float = Field(5.0, ge=0.0, description="stop at every corner, s")
    update_s: float = Field(0.1, ge=1e-3, description="length of a block where the fading has none, s")

    @field_validator("corners_m", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        """A list in YAML becomes a tuple on the way in; so must the pairs inside it."""
        whole = isinstance(value, tuple)
        return tuple(tuple(each) if isinstance(each, list) else each for each in value) if whole else value

    @field_validator("corners_m")
    @classmethod
    def _some_way(cls, value: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if len(set(value)) < 2:
            raise ValueError("a loop needs two corners or more that differ")
        return value

    def update_every_s(self) -> float | None:
        return self.update_s

    def realise(self, streams: Streams, device: str, start_m: Array, station_m: Array) -> Path:
        return _Round(self, start_m, float(streams.uniforms(1, "mobility", device)[0]))


class _Round:
    """The loop, moved so that it passes the start at t = 0."""

    def __init__(self, part: AgvLoop, start_m: Array, phase: float) -> None:
        corners_m = np.array([*part.corners_m, part.corners_m[0]])
        drive_s = np.hypot(*np.diff(corners_m, axis=0).T) / part.speed_mps
        arrive_s = np.cumsum(np.concatenate([[0.0], drive_s + part.stop_s]))
        self._corner_s = np.column_stack([arrive_s[:-1], arrive_s[:-1] + part.stop_s]).ravel()
        self._corner_s = np.append(self._corner_s, arrive_s[-1])
        self._corner_m = np.vstack([np.repeat(corners_m[:-1], 2, axis=0), corners_m[-1:]])
        self._round_s = float(arrive_s[-1])
        self._first_s = phase * self._round_s
        self._corner_m += np.asarray(start_m) - self._at(np.array([self._first_s]))

    def position_m(self, t_s: Array) -> Array:
        return self._at(np.mod(self._first_s + np.asarray(t_s), self._round_s))

    def farthest_m(self, point_m: Array) -> float:
        return float(np.hypot(*(self._corner_m - point_m).T).max())

    def _at(self, round_s: Array) -> Array:
        return along(self._corner_s, self._corner_m, round_s)
