"""Linear algebra of low-rank products b a, with b [d_out, r] and a [r, d_in]; the product is never formed.

Everything is computed in float64. Source of the QR core: Golub & Van Loan, Matrix Computations, 4th ed., 2013, 5.2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Doubles = NDArray[np.float64]


class Svd(NamedTuple):
    """Thin singular value decomposition u diag(s) vt: u [d_out, q], s [q] falling, vt [q, d_in]."""

    u: Doubles
    s: Doubles
    vt: Doubles


def rank_norms(b: Floats, a: Floats) -> Doubles:
    """||b_i|| ||a_i|| = ||b_i a_i||_F of every rank, [r]: the singular values of b a where factors are orthogonal."""
    b, a = _doubles(b, a)
    return np.linalg.norm(b, axis=0) * np.linalg.norm(a, axis=1)


def squared_changes(b: Floats, a: Floats, db: Floats, da: Floats) -> Doubles:
    """||b_i' a_i' - b_i a_i||_F^2 of every rank when the factors move by db and da, [r], never negative.

    Equal to |b'|^2 |a'|^2 + |b|^2 |a|^2 - 2 (b'.b)(a'.a), summed as |db|^2 |a'|^2 + |b|^2 |da|^2 + 2 (db.b)(da.a'):
    that form keeps its digits where the change is small.
    """
    b, a, db, da = _doubles(b, a, db, da)
    moved = a + da
    crossed = (db * b).sum(axis=0) * (da * moved).sum(axis=1)
    squares = _squares(db, 0) * _squares(moved, 1) + _squares(b, 0) * _squares(da, 1) + 2.0 * crossed
    return np.maximum(squares, 0.0)


def score_spread(scores: Floats) -> float:
    """Standard deviation / mean of scores [n]: 0 where all are equal, and where all are 0."""
    (scores,) = _doubles(scores)
    mean = float(scores.mean())
    return float(scores.std()) / mean if mean != 0.0 else 0.0


def off_diagonal_share(vectors: Floats) -> float:
    """Share of the energy of the Gram matrix G = F^T F off its diagonal, F [d, r]: 0 where columns are orthogonal."""
    (vectors,) = _doubles(vectors)
    squares = (vectors.T @ vectors) ** 2
    total = float(squares.sum())
    return float(squares.sum() - np.trace(squares)) / total if total != 0.0 else 0.0


def qr_core(b: Floats, a: Floats) -> Svd:
    """SVD of b a: QR of b and of a^T, then the SVD of the small core. O((d_out + d_in) r^2 + r^3).

    NaN throughout where a factor is not finite.
    """
    b, a = _doubles(b, a)
    (q_out, r_out), (q_in, r_in) = np.linalg.qr(b), np.linalg.qr(a.T)
    core = r_out @ r_in.T
    finite = bool(np.isfinite(core).all())
    u, s, vt = np.linalg.svd(core if finite else np.zeros(core.shape), full_matrices=False)
    if not finite:
        u, s, vt = u * np.nan, s * np.nan, vt * np.nan
    return Svd(q_out @ u, s, vt @ q_in.T)


def product_norm(b: Floats, a: Floats) -> float:
    """||b a||_F."""
    b, a = _doubles(b, a)
    return float(np.linalg.norm(np.linalg.qr(b, mode="r") @ np.linalg.qr(a.T, mode="r").T))


def error_by_score(b: Floats, a: Floats, scores: Floats, keep: int) -> float:
    """||b a - sum of the `keep` ranks of highest score b_i a_i||_F / ||b a||_F; 0 where b a is 0."""
    dropped = np.argsort(-np.asarray(scores), kind="stable")[keep:]
    whole = product_norm(b, a)
    return product_norm(b[:, dropped], a[dropped]) / whole if whole != 0.0 and len(dropped) else 0.0


def error_by_svd(b: Floats, a: Floats, keep: int) -> float:
    """The least relative error of rank `keep` (Eckart-Young): sqrt(sum of s_i^2 beyond it / sum of all)."""
    squares = qr_core(b, a).s ** 2
    total = float(squares.sum())
    return float(np.sqrt(squares[keep:].sum() / total)) if total != 0.0 else 0.0


def _doubles(*arrays: Floats) -> list[Doubles]:
    return [np.asarray(array, dtype=np.float64) for array in arrays]


def _squares(vectors: Doubles, axis: int) -> Doubles:
    return (vectors**2).sum(axis=axis)
