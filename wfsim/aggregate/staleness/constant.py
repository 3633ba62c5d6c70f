"""Age does not matter."""

from __future__ import annotations

from wfsim.aggregate.staleness import Staleness


class Constant(Staleness, kind="constant"):
    """1 at any age. Neutral member."""

    def weight(self, versions: int) -> float:
        return 1.0
