"""No shadowing, the neutral member."""

from __future__ import annotations

import numpy as np

from wfsim.radio.shadowing import Array, Links, Shadowing
from wfsim.rng import Streams


class NoShadowing(Shadowing, kind="none"):
    """0 dB for every link. Neutral: the loss is the mean path loss."""

    def realise(self, streams: Streams, links: Links) -> Array:
        return np.zeros(len(links))
