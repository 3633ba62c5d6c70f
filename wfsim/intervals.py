"""Half-open intervals [k T, (k+1) T) of simulated time: coherence blocks, availability periods."""

from __future__ import annotations

import math


def interval_of(t_s: float, length_s: float) -> int:
    """The k with k T <= t < (k+1) T in floating arithmetic: a time equal to `k * length_s` is in interval k.

    Products k T are the boundaries, so the quotient t / T (rounded on its own) can be off and is corrected.
    Valid while T is longer than the spacing of floats at t.
    """
    interval = math.floor(t_s / length_s)
    while interval * length_s > t_s:
        interval -= 1
    while (interval + 1) * length_s <= t_s:
        interval += 1
    return interval
