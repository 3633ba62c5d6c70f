"""The uploads that have the closest company."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.aggregate._arrivals import Stack
from wfsim.aggregate._averaging import Vector, masked_mean
from wfsim.aggregate._stepping import Stepping
from wfsim.aggregate.missing import Uploads
from wfsim.messages import AdapterShapes


class Krum(Stepping, kind="krum"):
    """The mean of the `keep` uploads with the smallest sum of squared distances to their n - f - 2 nearest others.

    keep 1 is Krum, more is multi-Krum. Source: Blanchard et al. 2017, arXiv 1703.02757; holds for n > 2 f + 2, and
    with fewer uploads the one nearest other decides. n counts uploads of which anything arrived; the others are never
    chosen. Distances are over entries that both brought, scaled up to all of them. Every upload counts alike; equal
    scores go by device name.
    """

    attackers: int = Field(1, ge=0, description="uploads f of a round that may be false")
    keep: int = Field(1, ge=1, description="uploads that are averaged")

    def _centre(self, uploads: Uploads, came: Stack, shapes: AdapterShapes) -> Vector:
        there = np.flatnonzero(came.masks.any(axis=1))
        scores = self._scores(uploads.moves[there], came.masks[there])
        chosen = np.sort(there[np.argsort(scores, kind="stable")[: self.keep]])
        return masked_mean(uploads.moves[chosen], uploads.masks[chosen], np.ones(len(chosen)))

    def _scores(self, moves: Vector, masks: NDArray[np.bool_]) -> Vector:
        """Sum of squared distances to the nearest others, [uploads]."""
        squares = np.full((len(moves), len(moves)), np.inf)
        for row in range(len(moves)):
            squares[row] = _squares(moves, masks, row)
        np.fill_diagonal(squares, np.inf)
        nearest = max(len(moves) - self.attackers - 2, 1)
        return np.sort(squares, axis=1)[:, : min(nearest, len(moves) - 1)].sum(axis=1)


def _squares(moves: Vector, masks: NDArray[np.bool_], row: int) -> Vector:
    """Squared distances [uploads] of one upload to all; infinity to those with which it has no entry in common."""
    common = masks & masks[row]
    counts, sums = common.sum(axis=1), (common * (moves - moves[row]) ** 2).sum(axis=1)
    return np.divide(sums * moves.shape[1], counts, out=np.full(len(moves), np.inf), where=counts > 0)
