"""No outages, the neutral member."""

from __future__ import annotations

import math

from wfsim.outages import Downtime, Outages
from wfsim.rng import Streams


class NoOutages(Outages, kind="none"):
    """Up at all times."""

    def realise(self, streams: Streams, element: str, start_s: float) -> Downtime:
        return AlwaysUp()


class AlwaysUp:
    """No outage ever."""

    def is_down(self, t_s: float) -> bool:
        """Never."""
        return False

    def next_change_s(self, t_s: float) -> float:
        """Infinity."""
        return math.inf
