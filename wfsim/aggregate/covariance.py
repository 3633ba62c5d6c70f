"""The error of averaging LoRA factors separately."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Adapter, Arrival

Matrix = NDArray[np.float64]


def covariance_norm(current: Adapter, arrivals: Sequence[Arrival], scale: float) -> float:
    """s ||sum p_k B_k A_k - mean B mean A||_F, root of the sum of squares over matrices; p sums to 1.

    Factors are reconstructed (current + delta, a missing entry being a zero delta), means are plain weighted ones.
    Exact identity: the difference is sum p_k (B_k - mean B)(A_k - mean A). 0.0 for fewer than two arrivals.
    """
    ordered = sorted(arrivals, key=lambda arrival: arrival.members)
    weights = np.array([arrival.update.weight for arrival in ordered])
    if len(ordered) < 2:
        return 0.0
    squares = [_square(name, ordered, weights / weights.sum()) for name in current.pairs]
    return scale * float(np.sqrt(sum(squares)))


def _square(name: str, arrivals: Sequence[Arrival], weights: Matrix) -> float:
    # The current factors cancel in B_k - mean B, so deltas are all that is needed.
    a = np.array([arrival.update.pairs[name].a for arrival in arrivals], dtype=np.float64)
    b = np.array([arrival.update.pairs[name].b for arrival in arrivals], dtype=np.float64)
    root = np.sqrt(weights)[:, None, None]
    rows = (root * _centred(a, weights)).reshape(-1, a.shape[2])  # [uploads * rank, d_in]
    columns = np.concatenate(list(root * _centred(b, weights)), axis=1)  # [d_out, uploads * rank]
    return _frobenius_square(columns, rows)


def _centred(factors: Matrix, weights: Matrix) -> Matrix:
    return factors - np.einsum("k,kij->ij", weights, factors)


def _frobenius_square(left: Matrix, right: Matrix) -> float:
    """||left right||_F^2, through the product or through the Gram matrices of the inner side, whichever is cheaper."""
    outer, inner = left.shape[0] * right.shape[1], left.shape[1] ** 2
    if inner < outer:
        return max(float(np.sum((left.T @ left) * (right @ right.T))), 0.0)
    return float(np.sum((left @ right) ** 2))
