"""Mixing each arrival into the global adapter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.aggregate import Aggregator
from wfsim.aggregate._arrivals import stack
from wfsim.aggregate.missing import Missing
from wfsim.aggregate.missing.renormalise import Renormalise
from wfsim.aggregate.staleness import Staleness
from wfsim.aggregate.staleness.constant import Constant
from wfsim.messages import Adapter, AdapterShapes, Arrival


class Mixing(Aggregator, kind="mixing"):
    """x <- (1 - a w) x + a w x_k for the adapter x_k that a device ends with, w being its staleness weight.

    x_k is what the device trained from plus what it learned, so a stale upload also pulls towards the version that it
    began with; entries that did not arrive leave x alone. Several uploads at once: x + a times the weighted mean of
    w (x_k - x). Source: FedAsync (Xie et al. 2019, arXiv 1903.03934). 0 < a <= 1. Sums run in float64, in order of
    device name.
    """

    alpha: float = Field(0.6, gt=0.0, le=1.0, description="share a of a fresh upload in the next adapter")
    missing: Missing = Field(Renormalise(), description="rule for entries lost on the way")
    staleness: Staleness = Field(Constant(), description="how much a stale update counts")

    @property
    def step(self) -> float:
        return self.alpha

    def aggregate(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Adapter:
        now, came = current.vector(), stack(arrivals, self.staleness)
        behind = np.array([_behind(arrival, now) for arrival in came.arrivals])
        moves = (behind + came.deltas) * came.freshness[:, None]
        mean = self.missing.mean(moves, came.masks, came.weights)
        return Adapter.from_vector(shapes, (now + self.alpha * mean).astype(np.float32))


def _behind(arrival: Arrival, now: NDArray[np.floating]) -> NDArray[np.float64]:
    """Start minus current [entries]. Raises ValueError where something came and nobody knows what it started from."""
    if arrival.start is not None:
        return arrival.start.astype(np.float64) - now
    if arrival.mask.any():
        raise ValueError(f"the upload of {', '.join(arrival.members)} does not say what it was trained from")
    return np.zeros(now.shape)
