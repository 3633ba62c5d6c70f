"""A round's arrivals as arrays, in an order that does not depend on who came first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.staleness import Staleness
from wfsim.messages import Arrival


class Stack(NamedTuple):
    """Uploads in order of device name: deltas and masks [uploads, entries], data and staleness weights [uploads]."""

    arrivals: tuple[Arrival, ...]
    deltas: NDArray[np.float64]
    masks: NDArray[np.bool_]
    weights: NDArray[np.float64]
    freshness: NDArray[np.float64]


def stack(arrivals: Sequence[Arrival], staleness: Staleness) -> Stack:
    """The arrivals of one aggregation; at least one."""
    ordered = tuple(sorted(arrivals, key=lambda arrival: (arrival.members, arrival.update.base_version)))
    return Stack(
        arrivals=ordered,
        deltas=np.array([arrival.update.vector() for arrival in ordered], dtype=np.float64),
        masks=np.array([arrival.mask for arrival in ordered]),
        weights=np.array([arrival.update.weight for arrival in ordered]),
        freshness=np.array([staleness.weight(arrival.staleness) for arrival in ordered]),
    )
