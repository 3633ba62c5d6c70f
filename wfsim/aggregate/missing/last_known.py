"""What a device delivered last stands in for what was lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.missing import Missing, State, Uploads
from wfsim.messages import Arrival


class LastKnown(Missing, kind="last_known"):
    """A lost entry takes the value that this device's own adapter had when the entry last got through.

    Until one did, the global value stands in (as under `no_change`). Pulls towards older versions, the more the longer
    an entry has been lost. The server keeps one adapter per device: 4 bytes times devices times entries.
    """

    def fill(
        self, uploads: Uploads, now: NDArray[np.float64], arrivals: Sequence[Arrival], state: State
    ) -> tuple[Uploads, State]:
        known = {name: array for name, array in state.items() if name.startswith(_PREFIX)}
        unknown = np.full(now.shape, np.nan, dtype=np.float32)
        moves = np.array([known.get(_name(arrival), unknown) - now for arrival in arrivals])
        for arrival in arrivals:
            known[_name(arrival)] = _newest(arrival, known.get(_name(arrival), unknown))
        return uploads.standing_in(np.nan_to_num(moves, nan=0.0)), {**state, **known}


_PREFIX = "last_known/"


def _name(arrival: Arrival) -> str:
    return _PREFIX + "+".join(arrival.members)


def _newest(arrival: Arrival, before: NDArray[np.float32]) -> NDArray[np.float32]:
    if arrival.start is None:
        return before
    return np.where(arrival.mask, arrival.start + arrival.update.vector(), before).astype(np.float32)
