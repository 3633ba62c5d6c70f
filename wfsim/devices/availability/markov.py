"""Devices that stay and stay away for random times."""

from __future__ import annotations

from functools import partial

import numpy as np
from pydantic import Field

from wfsim.devices.availability import Availability
from wfsim.intervals import interval_of
from wfsim.rng import Streams
from wfsim.switching import Switching


class Markov(Availability, kind="markov"):
    """A two-state Markov process per device, stationary: there for mean_on_s / (mean_on_s + mean_off_s) of time.

    Stays are exponential (Jensen 1953, wfsim/switching.py), seen on a grid: in [k T, (k + 1) T) a device is what the
    process is at k T, drawn at address (device, tile). So P(there at lag t | there) = p + (1 - p) exp(-(1 / on + 1 /
    off) t) at whole T. Valid for T well below both means: shorter stays are not seen.
    """

    mean_on_s: float = Field(600.0, gt=0.0, description="mean time of presence, s")
    mean_off_s: float = Field(120.0, gt=0.0, description="mean time of absence, s")
    step_s: float = Field(1.0, gt=0.0, description="grid T on which devices come and go, s")

    def is_available(self, streams: Streams, device: str, t_s: float) -> bool:
        seen_s = interval_of(t_s, self.step_s) * self.step_s
        process = Switching(self.mean_on_s, self.mean_off_s, partial(streams.generator, "availability", device))
        return bool(process.states(np.array([seen_s]))[0])

    def next_change_s(self, t_s: float) -> float:
        return (interval_of(t_s, self.step_s) + 1) * self.step_s
