"""The range check that all path loss models share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wfsim.errors import RunError


def require_range(
    model: str, name: str, values: ArrayLike, unit: str, *, low: float = 0.0, high: float = np.inf
) -> None:
    """Raise RunError unless every value (any shape) is finite, above 0 and within [low, high]."""
    array = np.asarray(values, dtype=np.float64)
    outside = array[~((array > 0.0) & (array >= low) & (array <= high) & np.isfinite(array))]
    if outside.size:
        raise RunError(
            f"path loss {model}: {name} {outside[0]:g} {unit} is outside the model's validity, "
            f"{_range_text(low, high)} {unit}"
        )


def _range_text(low: float, high: float) -> str:
    start = f"{low:g}" if low > 0.0 else "above 0"
    return f"{start} and finite" if np.isinf(high) else f"{start} to {high:g}"
