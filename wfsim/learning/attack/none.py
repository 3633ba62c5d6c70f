"""Everybody is honest."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from wfsim.learning.attack import Attack, Delta
from wfsim.rng import Streams


class NoAttack(Attack, kind="none"):
    """No device is false, whatever `share` says. Neutral member."""

    def attackers(self, streams: Streams, devices: Collection[str]) -> frozenset[str]:
        return frozenset()

    def sent(self, delta: Delta, generator: np.random.Generator) -> Delta:
        return delta
