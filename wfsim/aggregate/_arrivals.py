"""A round's arrivals as arrays, in an order that does not depend on who came first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate.staleness import Staleness
from wfsim.messages import AdapterShapes, Arrival


class Stack(NamedTuple):
    """Uploads in order of device name: deltas and masks [uploads, entries], data and staleness weights [uploads].

    `lost` [uploads, entries] is what training was to send and no fragment spoke for.
    """

    arrivals: tuple[Arrival, ...]
    deltas: NDArray[np.float64]
    masks: NDArray[np.bool_]
    lost: NDArray[np.bool_]
    weights: NDArray[np.float64]
    freshness: NDArray[np.float64]


def stack(arrivals: Sequence[Arrival], staleness: Staleness, shapes: AdapterShapes) -> Stack:
    """The arrivals of one aggregation; at least one."""
    ordered = tuple(sorted(arrivals, key=lambda arrival: (arrival.members, arrival.update.base_version)))
    masks = np.array([arrival.mask for arrival in ordered])
    sendable = np.array([shapes.at(arrival.update.base_version).trained for arrival in ordered])
    return Stack(
        arrivals=ordered,
        deltas=np.array([arrival.update.vector() for arrival in ordered], dtype=np.float64),
        masks=masks,
        lost=sendable & ~masks,
        weights=np.array([arrival.update.weight for arrival in ordered]),
        freshness=np.array([staleness.weight(arrival.staleness) for arrival in ordered]),
    )


def behind(arrival: Arrival, now: NDArray[np.floating]) -> NDArray[np.float64]:
    """Start minus current [entries]. Raises ValueError where something came and nobody knows what it started from."""
    if arrival.start is not None:
        return arrival.start.astype(np.float64) - now
    if arrival.mask.any():
        raise ValueError(f"the upload of {', '.join(arrival.members)} does not say what it was trained from")
    return np.zeros(now.shape)
