"""The mean over those that arrived."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.missing import Missing, Uploads


class Renormalise(Missing, kind="renormalise"):
    """sum p m d / sum p m per entry, 0 where nothing arrived.

    Unbiased when losses do not depend on the values; biased when delivery depends on importance, because entries are
    then not missing at random.
    """

    def filled(self, uploads: Uploads, now: NDArray[np.float64]) -> Uploads:
        return uploads
