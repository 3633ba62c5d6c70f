"""Slot `missing`: what stands in for adapter entries that were lost on the way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder


class Missing(Part, slot="missing"):
    """The weighted mean of deltas when some entries did not arrive.

    An entry that a codec chose not to send is not missing: it is a zero delta and counts in the mean.
    """

    def mean(
        self, deltas: NDArray[np.float64], masks: NDArray[np.bool_], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Mean delta [entries] of `deltas` [uploads, entries] where `masks` is true; `weights` [uploads] > 0."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
