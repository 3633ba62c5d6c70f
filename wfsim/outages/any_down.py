"""Down while any of several is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from wfsim.outages import Downtime

_MOST_CHANGES = 10_000


class AnyDown:
    """The union of outages. One that outlasts 10,000 changes of its members is taken as endless."""

    def __init__(self, members: Sequence[Downtime]) -> None:
        self._members = tuple(members)

    def is_down(self, t_s: float) -> bool:
        """Whether any member is."""
        return any(member.is_down(t_s) for member in self._members)

    def next_change_s(self, t_s: float) -> float:
        """The first change of a member that changes the union."""
        now, at_s = self.is_down(t_s), t_s
        for _ in range(_MOST_CHANGES):
            at_s = min((member.next_change_s(at_s) for member in self._members), default=math.inf)
            if math.isinf(at_s) or self.is_down(at_s) != now:
                return at_s
        return math.inf
