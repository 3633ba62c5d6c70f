"""The steps that fit into a time."""

from __future__ import annotations

import math

_ROUNDING = 1.0 + 1e-12  # what fits exactly must not be lost to the last digit of a quotient


def steps_within(compute_s: float, full_s: float, full_steps: int, least_steps: int) -> int:
    """floor(full_steps compute_s / full_s), not above full_steps and, unless that is less, not below `least_steps`.

    Steps take equal times; a training that takes no time (full_s = 0) is whole.
    """
    if full_s <= compute_s:
        return full_steps
    fitting = math.floor(full_steps * compute_s / full_s * _ROUNDING)
    return min(full_steps, max(least_steps, fitting))
