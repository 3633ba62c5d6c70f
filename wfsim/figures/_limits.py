"""Limits of an axis that shows values with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

_MARGIN = 0.25  # of the values' range, which intervals may take beyond it on each side
_AIR = 0.08  # of the same range, beyond all that is shown whole


def limits(values: ArrayLike, edges: ArrayLike) -> tuple[float, float]:
    """The range of values, with room for edges up to a share of it, and some air."""
    low, high = float(np.min(values)), float(np.max(values))
    span = high - low or max(0.1 * abs(high), 1.0)
    room = _MARGIN * span
    all_edges = np.append(edges, [low, high])
    air = _AIR * span
    return max(float(all_edges.min()), low - room) - air, min(float(all_edges.max()), high + room) + air


def leave(shown: tuple[float, float], edges: Sequence[float]) -> bool:
    """Whether an edge lies outside what is shown."""
    return any(not shown[0] <= edge <= shown[1] for edge in edges)
