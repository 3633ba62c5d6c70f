"""A missing delta counts as zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.missing import Missing, Uploads


class NoChange(Missing, kind="no_change"):
    """sum p m d / sum p per entry: what was lost leaves the global value alone; the mean shrinks by the loss."""

    def filled(self, uploads: Uploads, now: NDArray[np.float64]) -> Uploads:
        return uploads.standing_in(np.zeros_like(now))
