"""What every distribution promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require
from wfsim.devices.distribution import Distribution
from wfsim.rng import Streams


def check_samples_are_positive_and_finite(distribution: Distribution) -> None:
    """A thousand draws, each a Python float."""
    generator = Streams(1).generator("distribution")
    for x in (distribution.sample(generator) for _ in range(1000)):
        require(isinstance(x, float) and x > 0 and math.isfinite(x), f"{x!r} is not a float above 0")


def check_a_sample_depends_on_its_generator_alone(distribution: Distribution) -> None:
    """Two generators at one address give one number."""
    first, again = (distribution.sample(Streams(1).generator("distribution", 7)) for _ in range(2))
    require(first == again, f"the same generator gives {first!r} and {again!r}")
