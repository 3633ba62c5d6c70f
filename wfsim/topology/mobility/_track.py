"""A way through corners at known times, straight and at constant speed between them."""

from __future__ import annotations

import numpy as np

from wfsim.topology.mobility import Array


def along(corner_s: Array, corner_m: Array, t_s: Array) -> Array:
    """Positions [m, 2] at m times; `corner_s` [n] rises, `corner_m` [n, 2] are the corners. The ends are held."""
    return np.column_stack([np.interp(t_s, corner_s, corner_m[:, axis]) for axis in (0, 1)])
