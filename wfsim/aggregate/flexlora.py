"""Averaging products, and decomposing the mean again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim import factors
from wfsim.aggregate import Aggregator, State
from wfsim.aggregate._arrivals import Stack, stack
from wfsim.aggregate._averaging import masked_mean
from wfsim.aggregate.staleness import Staleness
from wfsim.aggregate.staleness.constant import Constant
from wfsim.errors import ScenarioError
from wfsim.messages import Adapter, AdapterShapes, Arrival, Pair

_NOTHING = 1e-12  # a share that only rounding leaves


class FlexLora(Aggregator, kind="flexlora"):
    """B A <- best rank-r approximation of sum p_k B_k A_k: B = U S, A = V^T of its SVD; p are training examples.

    Source: FlexLoRA (Bai et al. 2024, arXiv 2402.11505). The SVD is that of the stacked factors [p_1 B_1 ...] and
    [A_1; ...], by QR; the product is never formed. A device of fewer ranks works with the first r_k, which are the best
    (`truncates`). B_k, A_k are what a device started from plus what arrived: a lost entry is a zero delta in the
    device's own basis. The basis changes with every version, so products of updates may be averaged and factors may
    not, and a residual that error feedback keeps across versions refers to a basis that is gone. A stale product of
    weight w leaves 1 - w of its share to the current one. An upload of which nothing arrived has no say; dense tensors
    are averaged by `renormalise`. Needs both factors sent.
    """

    keeps_gauge: ClassVar[bool] = False
    truncates: ClassVar[bool] = True

    staleness: Staleness = Field(Constant(), description="how much a stale update counts")

    def begin(self, shapes: AdapterShapes) -> State:
        if shapes.factors != "both":
            message = "flexlora changes both factors; give learning.adapter.factors both"
            raise ScenarioError(message, path="aggregator")
        return {}

    def aggregate(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Adapter:
        brought = [arrival for arrival in arrivals if arrival.mask.any()]
        if not brought:
            return current
        came = stack(brought, self.staleness, shapes)
        ended = [_ended(arrival, shapes) for arrival in came.arrivals]
        weights = came.weights * came.freshness / came.weights.sum()
        parts = [*zip(weights, ended, strict=True), (1.0 - weights.sum(), current)]
        pairs = {name: _mean_of_products(name, [(p, x) for p, x in parts if p > _NOTHING]) for name in current.pairs}
        return Adapter(pairs=pairs, dense=self._dense(current, came, shapes))

    def _dense(self, current: Adapter, came: Stack, shapes: AdapterShapes) -> dict[str, NDArray[np.float32]]:
        moved = current.vector() + masked_mean(came.deltas * came.freshness[:, None], came.masks, came.weights)
        return dict(Adapter.from_vector(shapes, moved.astype(np.float32)).dense)


def _ended(arrival: Arrival, shapes: AdapterShapes) -> Adapter:
    if arrival.start is None:
        raise ValueError(f"the upload of {', '.join(arrival.members)} does not say what it was trained from")
    return Adapter.from_vector(shapes, arrival.start.astype(np.float64) + arrival.update.vector())


def _mean_of_products(name: str, parts: Sequence[tuple[float, Adapter]]) -> Pair:
    rank = parts[0][1].pairs[name].a.shape[0]
    b = np.concatenate([weight * adapter.pairs[name].b for weight, adapter in parts], axis=1)
    a = np.concatenate([adapter.pairs[name].a for _, adapter in parts])
    svd = factors.qr_core(b, a)
    kept = min(rank, len(svd.s))
    mean = Pair(np.zeros((rank, a.shape[1]), np.float32), np.zeros((b.shape[0], rank), np.float32))
    mean.a[:kept], mean.b[:, :kept] = svd.vt[:kept], svd.u[:, :kept] * svd.s[:kept]
    return mean
