"""Factor averaging."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from wfsim.aggregate import Aggregator
from wfsim.aggregate._arrivals import stack
from wfsim.aggregate.missing import Missing
from wfsim.aggregate.missing.renormalise import Renormalise
from wfsim.aggregate.staleness import Staleness
from wfsim.aggregate.staleness.constant import Constant
from wfsim.messages import Adapter, AdapterShapes, Arrival


class FedIt(Aggregator, kind="fedit"):
    """A <- A + lr mean dA, B <- B + lr mean dB, and the same for dense tensors; weights p are training examples.

    Source: FedIT (Zhang et al. 2023, arXiv 2305.05644). Averaging factors separately is not averaging products: the
    difference is logged as the covariance norm. A stale delta is scaled by its staleness weight w while the denominator
    keeps the data weights, sum p w d / sum p, as in FedBuff (Nguyen et al. 2022, arXiv 2106.06639). Sums run in
    float64, in order of device name.
    """

    missing: Missing = Field(Renormalise(), description="rule for entries lost on the way")
    staleness: Staleness = Field(Constant(), description="how much a stale update counts")
    server_lr: float = Field(1.0, gt=0.0, description="factor on the mean update")

    @property
    def step(self) -> float:
        return self.server_lr

    def aggregate(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Adapter:
        came = stack(arrivals, self.staleness)
        mean = self.missing.mean(came.deltas * came.freshness[:, None], came.masks, came.weights)
        return Adapter.from_vector(shapes, (current.vector() + self.server_lr * mean).astype(np.float32))
