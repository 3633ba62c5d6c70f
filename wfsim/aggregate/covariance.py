"""The error of averaging LoRA factors separately."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape

Matrix = NDArray[np.float64]


def covariance_norm(current: Adapter, arrivals: Sequence[Arrival], scale: float) -> float:
    """s ||sum p_k B_k A_k - mean B mean A||_F, root of the sum of squares over matrices; p sums to 1.

    Factors are reconstructed (start + delta, a missing entry being a zero delta; the current factors where a start is
    not known), means are plain weighted ones.
    Exact identity: the difference is sum p_k (B_k - mean B)(A_k - mean A). 0.0 for fewer than two arrivals.
    """
    ordered = sorted(arrivals, key=lambda arrival: arrival.members)
    weights = np.array([arrival.update.weight for arrival in ordered])
    if len(ordered) < 2 or not current.pairs:
        return 0.0
    starts = _starts(current, ordered)
    squares = [_square(name, ordered, starts, weights / weights.sum()) for name in current.pairs]
    return scale * float(np.sqrt(sum(squares)))


def _starts(current: Adapter, arrivals: Sequence[Arrival]) -> list[Adapter | None]:
    """Where each began, None at the current factors: those cancel in B_k - mean B, so deltas alone are needed."""
    now, shapes = current.vector(), _shapes(current)
    begun = [arrival.start if arrival.start is not None else now for arrival in arrivals]
    return [None if np.array_equal(start, now) else Adapter.from_vector(shapes, start - now) for start in begun]


def _shapes(adapter: Adapter) -> AdapterShapes:
    pairs = tuple(PairShape(name, len(pair.b), pair.a.shape[1]) for name, pair in adapter.pairs.items())
    dense = tuple(TensorShape(name, tensor.shape) for name, tensor in adapter.dense.items())
    return AdapterShapes(rank=len(next(iter(adapter.pairs.values())).a), pairs=pairs, dense=dense)


def _square(name: str, arrivals: Sequence[Arrival], starts: Sequence[Adapter | None], weights: Matrix) -> float:
    a = np.array([_moved(arrival, start, name, 0) for arrival, start in zip(arrivals, starts, strict=True)])
    b = np.array([_moved(arrival, start, name, 1) for arrival, start in zip(arrivals, starts, strict=True)])
    root = np.sqrt(weights)[:, None, None]
    rows = (root * _centred(a, weights)).reshape(-1, a.shape[2])  # [uploads * rank, d_in]
    columns = np.concatenate(list(root * _centred(b, weights)), axis=1)  # [d_out, uploads * rank]
    return _frobenius_square(columns, rows)


def _moved(arrival: Arrival, start: Adapter | None, name: str, factor: int) -> Matrix:
    """A factor that a device ends with, less the current one."""
    delta = arrival.update.pairs[name][factor].astype(np.float64)
    return delta if start is None else delta + start.pairs[name][factor]


def _centred(factors: Matrix, weights: Matrix) -> Matrix:
    return factors - np.einsum("k,kij->ij", weights, factors)


def _frobenius_square(left: Matrix, right: Matrix) -> float:
    """||left right||_F^2, through the product or through the Gram matrices of the inner side, whichever is cheaper."""
    outer, inner = left.shape[0] * right.shape[1], left.shape[1] ** 2
    if inner < outer:
        return max(float(np.sum((left.T @ left) * (right @ right.T))), 0.0)
    return float(np.sum((left @ right) ** 2))
