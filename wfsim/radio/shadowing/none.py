"""No shadowing, the neutral member."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.shadowing import Shadowing
from wfsim.rng import Streams


class NoShadowing(Shadowing, kind="none"):
    """0 dB for every link. Neutral: the loss is the mean path loss."""

    def realise(self, streams: Streams, links: Sequence[str]) -> NDArray[np.float64]:
        return np.zeros(len(links))
