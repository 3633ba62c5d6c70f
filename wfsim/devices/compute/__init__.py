"""Slot `compute`: how long local training takes in simulated time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.part import Part, load_folder
from wfsim.rng import Streams


class Compute(Part, slot="compute"):
    """Turns floating-point operations into seconds; a job that needs more memory than a device has is refused."""

    memory_bytes: float | None = Field(None, gt=0.0, description="memory of every device, bytes; no limit if null")

    def speeds_flops_per_s(self, streams: Streams, devices: Sequence[str]) -> NDArray[np.float64]:
        """Effective speed of each device, shape [devices], FLOP/s > 0; a device's speed depends on its name alone."""
        raise NotImplementedError(type(self).__name__)

    def duration_s(self, flops: float, flops_per_s: float, generator: np.random.Generator) -> float:
        """Seconds that `flops` operations take at this speed; `generator` is addressed by (device, round)."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
