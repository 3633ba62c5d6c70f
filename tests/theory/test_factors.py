"""What orthogonality is worth to a score without SVD: correlated factors fitted to a product under Gram penalties.

The orderings of learning.md's table: relative error of the factors' own product when 4 of 8 ranks are kept.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from wfsim import factors

_D_OUT, _RANK, _D_IN = 24, 8, 20
_KEEP = 4
_SEEDS = range(6)

Matrix = NDArray[np.float64]
Residual = Callable[[Matrix], Matrix]


def off_diagonal(gram: Matrix) -> Matrix:
    return gram - np.diag(np.diag(gram))


def from_identity(gram: Matrix) -> Matrix:
    return gram - np.eye(_RANK)


def product(seed: int) -> Matrix:
    """Rank 8 with singular values 3 * 0.6^i."""
    generator = np.random.default_rng(seed + 100)
    left, right = (np.linalg.qr(generator.standard_normal((d, _RANK)))[0] for d in (_D_OUT, _D_IN))
    return left * (3.0 * 0.6 ** np.arange(_RANK)) @ right.T


def correlated(seed: int) -> tuple[Matrix, Matrix]:
    """Factors whose ranks point in similar directions."""
    generator, mix = np.random.default_rng(seed), np.eye(_RANK) + 0.7
    b = generator.standard_normal((_D_OUT, _RANK)) @ mix / np.sqrt(4 * _D_OUT)
    return b, mix @ generator.standard_normal((_RANK, _D_IN)) / np.sqrt(4 * _D_IN)


def apart(vector: Matrix) -> tuple[Matrix, Matrix]:
    split = _D_OUT * _RANK
    return vector[:split].reshape(_D_OUT, _RANK), vector[split:].reshape(_RANK, _D_IN)


def fitted(seed: int, residual: Residual, weight: float) -> tuple[Matrix, Matrix]:
    """Minimises ||b a - M||^2 / 2 + weight (||R(b^T b)||^2 + ||R(a a^T)||^2) / 4 from correlated factors."""
    target = product(seed)

    def objective(vector: Matrix) -> tuple[float, Matrix]:
        b, a = apart(vector)
        error, of_b, of_a = b @ a - target, residual(b.T @ b), residual(a @ a.T)
        value = np.sum(error**2) / 2 + weight * (np.sum(of_b**2) + np.sum(of_a**2)) / 4
        slopes = error @ a.T + weight * b @ of_b, b.T @ error + weight * of_a @ a
        return float(value), np.concatenate([slope.ravel() for slope in slopes])

    start = np.concatenate([factor.ravel() for factor in correlated(seed)])
    options = {"maxiter": 1000, "ftol": 0.0, "gtol": 1e-10}
    return apart(minimize(objective, start, jac=True, method="L-BFGS-B", options=options).x)


def errors(b: Matrix, a: Matrix) -> tuple[float, float]:
    """By rank norm, and at the SVD optimum."""
    return factors.error_by_score(b, a, factors.rank_norms(b, a), _KEEP), factors.error_by_svd(b, a, _KEEP)


@pytest.mark.parametrize("seed", _SEEDS)
def test_without_a_penalty_rank_norms_err_at_least_twice_as_much_as_the_svd(seed: int) -> None:
    by_norm, by_svd = errors(*fitted(seed, off_diagonal, 0.0))
    assert by_norm >= 2.0 * by_svd


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_off_diagonal_penalty_brings_rank_norms_within_5_percent_of_the_svd(seed: int) -> None:
    b, a = fitted(seed, off_diagonal, 10.0)
    by_norm, by_svd = errors(b, a)
    assert by_svd <= by_norm * (1.0 + 1e-9) and by_norm <= 1.05 * by_svd
    assert factors.off_diagonal_share(b) < 1e-3 and factors.off_diagonal_share(a.T) < 1e-3
    assert factors.score_spread(factors.rank_norms(b, a)) > 0.9


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_dominating_identity_target_on_both_factors_makes_all_ranks_equal(seed: int) -> None:
    """Spread 0, and error sqrt(1 - 4/8) for any four ranks, the SVD's included."""
    b, a = fitted(seed, from_identity, 1000.0)
    assert factors.score_spread(factors.rank_norms(b, a)) == pytest.approx(0.0, abs=2e-3)
    assert errors(b, a) == pytest.approx((np.sqrt(0.5),) * 2, rel=2e-3)


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_qr_core_needs_no_penalty(seed: int) -> None:
    """Refactored through the core, rank norms are singular values, and truncation is the SVD's of the full product."""
    b, a = fitted(seed, off_diagonal, 0.0)
    u, s, vt = factors.qr_core(b, a)
    whole = np.linalg.svd(b @ a, compute_uv=False)
    optimum = np.sqrt(np.sum(whole[_KEEP:] ** 2) / np.sum(whole**2))
    assert s == pytest.approx(whole[:_RANK], abs=1e-6)
    assert errors(u * s, vt) == pytest.approx((optimum, optimum), abs=1e-6)
    assert factors.error_by_svd(b, a, _KEEP) == pytest.approx(optimum, abs=1e-6)
