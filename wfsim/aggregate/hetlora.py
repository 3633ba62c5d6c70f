"""Factor averaging over devices of different ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from wfsim import factors
from wfsim.aggregate._arrivals import Stack, behind
from wfsim.aggregate._averaging import Averaging, Vector, masked_mean
from wfsim.aggregate.missing import Uploads
from wfsim.messages import Adapter, AdapterShapes, Arrival


class HetLora(Averaging, kind="hetlora"):
    """Factors padded with zeros to the largest rank, averaged by the norms of their products; devices take the first.

    Device k works with the first r_k ranks alone (`truncates`) and its factors B_k, A_k count with
    ||B_k A_k||_F / sum ||B_j A_j||_F, root of the sum of squares over matrices; entries of ranks that it lacks count as
    0, so ranks that few devices have shrink. An upload that was wholly lost counts, where `missing` lets it count, with
    the mean norm of the others: its own is not known. Dense tensors are averaged by training examples, and so is
    everything while all products are 0. Source: HetLoRA (Cho et al. 2024, arXiv 2401.06432), without its pruning of
    ranks during training.
    """

    truncates: ClassVar[bool] = True

    def _moves(self, came: Stack, now: Vector) -> Vector:
        starts = np.array([behind(arrival, now) for arrival in came.arrivals])
        return (starts + came.deltas) * came.freshness[:, None]

    def _centre(self, uploads: Uploads, came: Stack, shapes: AdapterShapes) -> Vector:
        norms, of_pairs = _norms(came.arrivals, shapes), shapes.offsets[2 * len(shapes.pairs)]
        weights = norms if norms.any() else came.weights
        moves, masks = uploads.moves, uploads.masks
        return np.concatenate(
            [
                masked_mean(moves[:, :of_pairs], masks[:, :of_pairs], weights),
                masked_mean(moves[:, of_pairs:], masks[:, of_pairs:], came.weights),
            ]
        )


def _norms(arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Vector:
    """||B_k A_k||_F of what every device ends with, as far as it arrived, [uploads]; the mean of the others where
    nothing did."""
    came = np.array([arrival.mask.any() for arrival in arrivals])
    norms = np.array([_norm(arrival, shapes) if there else 0.0 for arrival, there in zip(arrivals, came, strict=True)])
    return np.where(came, norms, norms[came].mean()) if came.any() else norms


def _norm(arrival: Arrival, shapes: AdapterShapes) -> float:
    start = np.zeros(shapes.entries) if arrival.start is None else arrival.start
    adapter = Adapter.from_vector(shapes, start + arrival.update.vector())
    return float(np.sqrt(sum(factors.product_norm(pair.b, pair.a) ** 2 for pair in adapter.pairs.values())))
