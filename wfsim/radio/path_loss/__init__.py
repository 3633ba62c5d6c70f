"""Slot `path_loss`: the mean loss of a link in dB over distance. A new file here is a new kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


class PathLoss(Part, slot="path_loss"):
    """Large-scale loss of a link, shadowing and fading excluded. Distances are horizontal (2D), in m, of any shape.

    A kind that knows a line of sight (LOS) says how likely it is and takes the states; the others are `loss_db` alone.
    """

    def loss_db(self, distance_m: Array, carrier_hz: float, los: Bools | None = None) -> Array:
        """Loss in dB, shaped like `distance_m` and non-decreasing in it.

        `los`: which links have a line of sight; None: the mean over both states. A kind without `los_probability` is
        never given it. Raises RunError, naming model, value and range, for a distance <= 0 or outside the validity.
        """
        raise NotImplementedError(type(self).__name__)

    def los_probability(self, distance_m: Array) -> Array | None:
        """Probability of a line of sight; None where the model makes no difference."""
        return None

    def los_correlation_m(self) -> float | None:
        """Distance over which a moving device's LOS state decorrelates to 1/e; None: the state is held."""
        return None

    def shadow_std_db(self, los: Bools, distance_m: Array, carrier_hz: float) -> Array | None:
        """Standard deviation of the shadowing that belongs to the model; None where it names none."""
        return None

    def shadow_correlation_m(self, los: Bools) -> Array | None:
        """Correlation distance of the shadowing that belongs to the model, m; None where it names none."""
        return None

    def range_m(self, carrier_hz: float) -> tuple[float, float]:
        """Least and greatest valid distance. A device that moves nearer is charged the loss at the least one."""
        return 1.0, np.inf


load_folder(__name__, list(__path__))
