"""How a band is divided by weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def divide_band(band_hz: float, weights: Vector, *, work_conserving: bool) -> Vector:
    """Shares in Hz of a band by weights >= 0, shape [n]; their sum never exceeds `band_hz`.

    Work conserving: the active weights share the whole band. Otherwise a weight is a fixed fraction of the band
    (scaled down only if the active fractions would exceed it), so an idle share stays idle.
    """
    total = float(np.add.reduce(weights))
    scale = total if work_conserving or total > 1.0 else 1.0
    return band_hz * weights / scale
