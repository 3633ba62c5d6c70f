"""Factor averaging."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from wfsim.aggregate import Aggregator
from wfsim.aggregate.missing import Missing
from wfsim.aggregate.missing.renormalise import Renormalise
from wfsim.messages import Adapter, AdapterShapes, Arrival


class FedIt(Aggregator, kind="fedit"):
    """A <- A + mean dA, B <- B + mean dB, and the same for dense tensors; weights are training examples.

    Source: FedIT (Zhang et al. 2023, arXiv 2305.05644). Averaging factors separately is not averaging products: the
    difference is logged as the covariance norm. Sums run in float64, in order of device name.
    """

    missing: Missing = Field(Renormalise(), description="rule for entries lost on the way")

    def aggregate(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Adapter:
        ordered = sorted(arrivals, key=lambda arrival: arrival.members)
        deltas = np.array([arrival.update.vector() for arrival in ordered], dtype=np.float64)
        masks = np.array([arrival.mask for arrival in ordered])
        weights = np.array([arrival.update.weight for arrival in ordered])
        mean = self.missing.mean(deltas, masks, weights)
        return Adapter.from_vector(shapes, (current.vector() + mean).astype(np.float32))
