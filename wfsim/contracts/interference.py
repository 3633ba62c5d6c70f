"""What every model of interference promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require
from wfsim.radio.interference import Interference


def check_noise_never_falls(interference: Interference) -> None:
    """The rise in both directions is a finite factor of at least 1."""
    for direction in ("up", "down"):
        rise = interference.rise(direction)
        require(1.0 <= rise < math.inf, f"rise({direction!r}) is {rise:g}: outside [1, infinity)")


def check_least_is_a_ratio(interference: Interference) -> None:
    """A finite ratio of interference to noise, 0 or more."""
    least = interference.least()
    require(0.0 <= least < math.inf, f"least() is {least:g}: outside [0, infinity)")
