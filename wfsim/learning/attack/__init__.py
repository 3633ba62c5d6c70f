"""Slot `attack`: what false devices send in place of what they learned."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.part import Part, load_folder
from wfsim.rng import Streams

Delta = NDArray[np.floating]


class Attack(Part, slot="attack"):
    """The same devices are false in every round: floor(share n) of n, by lot. They train and fly like the others."""

    share: float = Field(0.2, ge=0.0, le=1.0, description="share of the devices that are false, rounded down")

    def attackers(self, streams: Streams, devices: Collection[str]) -> frozenset[str]:
        """Names of the false devices."""
        order = streams.generator("attack").permutation(sorted(devices))
        return frozenset(order[: int(self.share * len(order) + 1e-9)].tolist())

    def sent(self, delta: Delta, generator: np.random.Generator) -> Delta:
        """What a false device sends for the delta [entries] that it learned; 0 stays 0 (what is frozen)."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
