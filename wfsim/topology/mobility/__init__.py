"""Slot `mobility`: how devices move. A new file here is a new kind."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder
from wfsim.rng import Streams

Array = NDArray[np.float64]


class Path(Protocol):
    """Where one device is over all time, the same in any order of queries."""

    def position_m(self, t_s: Array) -> Array:
        """Positions [m, 2] at m times >= 0 in s; the one at t = 0 is where the topology placed the device."""
        ...

    def farthest_m(self, point_m: Array) -> float:
        """A bound on its distance to a point [2] at any time."""
        ...


class Mobility(Part, slot="mobility"):
    """Moves the devices of a topology from where it placed them."""

    def update_every_s(self) -> float | None:
        """Interval at which a link takes a new position where its fading has no blocks, s; None: nobody ever moves."""
        raise NotImplementedError(type(self).__name__)

    def realise(self, streams: Streams, device: str, start_m: Array, station_m: Array) -> Path:
        """The path of a device that begins at `start_m` [2] and is served from `station_m` [2].

        It depends on the seed, the device's name and those places alone.
        """
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
