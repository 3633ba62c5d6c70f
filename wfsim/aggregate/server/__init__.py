"""Slot `server_optimizer`: what the server makes of the mean update, which it takes for a descent direction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder

Moments = Mapping[str, NDArray[np.float64]]


class ServerOptimizer(Part, slot="server_optimizer"):
    """Frozen: its memory, one value per entry, is passed in and out and never written into."""

    def begin(self, entries: int) -> Moments:
        """The memory before the first version, every array [entries]."""
        return {}

    def direction(self, mean: NDArray[np.float64], moments: Moments) -> tuple[NDArray[np.float64], Moments]:
        """What the adapter moves by [entries], before `server_lr`, and the memory after it."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
