"""No foreign traffic, the neutral member."""

from __future__ import annotations

import math

from wfsim.radio.background import Background, ForeignTraffic
from wfsim.rng import Streams


class NoBackground(Background, kind="none"):
    """The whole band is for the simulated transfers. Neutral member."""

    def realise(self, streams: Streams, direction: str, start_s: float) -> ForeignTraffic:
        return _Nothing()

    def mean_share(self) -> float:
        return 0.0


class _Nothing:
    """Share 0 at all times."""

    def share(self, t_s: float) -> float:
        return 0.0

    def holds_until_s(self, t_s: float) -> float:
        return math.inf
