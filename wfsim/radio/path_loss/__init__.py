"""Slot `path_loss`: the mean loss of a link in dB over distance. A new file here is a new kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder


class PathLoss(Part, slot="path_loss"):
    """Large-scale loss of a link, shadowing and fading excluded."""

    def loss_db(self, distance_m: NDArray[np.float64], carrier_hz: float) -> NDArray[np.float64]:
        """Loss in dB at distances in m (any shape, the result has it too), non-decreasing in distance.

        Raises RunError, naming model, value and range, for a distance <= 0 or outside the model's validity.
        """
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
