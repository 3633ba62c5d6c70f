"""A missing entry counts as zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.missing import Missing, Uploads


class ZeroFill(Missing, kind="zero_fill"):
    """sum p m (x + d) / sum p per entry of the adapter, x being its global value: what was lost counts as the value 0.

    Shrinks the adapter by the loss in every round, also where nothing was learned; kept because it is what averaging
    decoded factors without looking at masks does.
    """

    def filled(self, uploads: Uploads, now: NDArray[np.float64]) -> Uploads:
        return uploads.standing_in(-now)
