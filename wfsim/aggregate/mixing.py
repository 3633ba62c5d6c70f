"""Mixing each arrival into the global adapter."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.aggregate._arrivals import Stack, behind
from wfsim.aggregate._averaging import Averaging, Vector


class Mixing(Averaging, kind="mixing"):
    """x <- (1 - a w) x + a w x_k for the adapter x_k that a device ends with, w being its staleness weight.

    x_k is what the device trained from plus what it learned, so a stale upload also pulls towards the version that it
    began with; entries that did not arrive leave x alone. Several uploads at once: x + a times the weighted mean of
    w (x_k - x). Source: FedAsync (Xie et al. 2019, arXiv 1903.03934). 0 < a <= 1.
    """

    alpha: float = Field(0.6, gt=0.0, le=1.0, description="share a of a fresh upload in the next adapter")

    @property
    def step(self) -> float:
        return self.alpha

    def _moves(self, came: Stack, now: Vector) -> Vector:
        starts = np.array([behind(arrival, now) for arrival in came.arrivals])
        return (starts + came.deltas) * came.freshness[:, None]
