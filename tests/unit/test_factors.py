from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim import factors


def _pair(seed: int, d_out: int = 7, rank: int = 3, d_in: int = 5) -> tuple[NDArray, NDArray]:
    generator = np.random.default_rng(seed)
    return generator.standard_normal((d_out, rank)), generator.standard_normal((rank, d_in))


def test_rank_norms_are_the_norms_of_the_rank_one_products() -> None:
    b, a = _pair(1)
    expected = [np.linalg.norm(np.outer(b[:, i], a[i])) for i in range(3)]
    assert factors.rank_norms(b, a) == pytest.approx(expected, rel=1e-12)


def test_squared_changes_are_those_of_the_products_and_of_the_usual_formula() -> None:
    (b, a), (db, da) = _pair(1), _pair(2)
    new_b, new_a = b + db, a + da
    direct = [np.sum((np.outer(new_b[:, i], new_a[i]) - np.outer(b[:, i], a[i])) ** 2) for i in range(3)]
    usual = [
        new_b[:, i] @ new_b[:, i] * (new_a[i] @ new_a[i])
        + b[:, i] @ b[:, i] * (a[i] @ a[i])
        - 2 * (new_b[:, i] @ b[:, i]) * (new_a[i] @ a[i])
        for i in range(3)
    ]
    found = factors.squared_changes(b, a, db, da)
    assert found == pytest.approx(direct, rel=1e-12) and found == pytest.approx(usual, rel=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1e-9, 0.0])
def test_small_changes_keep_their_digits_and_are_never_negative(size: float) -> None:
    """To first order the change is db a + b da; the usual formula has lost everything at 1e-9."""
    (b, a), (db, da) = _pair(1), _pair(2)
    found = factors.squared_changes(b, a, size * db, size * da)
    moves = [size * (np.outer(db[:, i], a[i] + size * da[i]) + np.outer(b[:, i], da[i])) for i in range(3)]
    assert (found >= 0.0).all() and found == pytest.approx([np.sum(move**2) for move in moves], rel=1e-9, abs=0.0)


def test_a_change_that_only_rescales_the_factors_is_none() -> None:
    """b / 3 and 3 a: the product stays, and rounding does not push the square below 0."""
    b, a = _pair(1)
    found = factors.squared_changes(b, a, b / 3.0 - b, 3.0 * a - a)
    assert (found >= 0.0).all() and found == pytest.approx([0.0] * 3, abs=1e-12)


@pytest.mark.parametrize(("scores", "spread"), [([2.0, 2.0, 2.0], 0.0), ([1.0, 3.0], 0.5), ([0.0, 0.0], 0.0)])
def test_score_spread(scores: list[float], spread: float) -> None:
    assert factors.score_spread(np.array(scores)) == pytest.approx(spread)


def test_off_diagonal_share_by_hand() -> None:
    """Columns (1, 0) and (1, 1): G = [[1, 1], [1, 2]], squares 1 + 1 + 1 + 4."""
    assert factors.off_diagonal_share(np.array([[1.0, 1.0], [0.0, 1.0]])) == pytest.approx(2 / 7)
    assert factors.off_diagonal_share(3.0 * np.eye(4)) == 0.0
    assert factors.off_diagonal_share(np.zeros((3, 2))) == 0.0


@pytest.mark.parametrize(("d_out", "rank", "d_in"), [(7, 3, 5), (4, 6, 9), (9, 6, 2)])
def test_the_qr_core_is_the_svd_of_the_product(d_out: int, rank: int, d_in: int) -> None:
    b, a = _pair(3, d_out, rank, d_in)
    u, s, vt = factors.qr_core(b, a)
    assert u * s @ vt == pytest.approx(b @ a, abs=1e-12)
    assert s == pytest.approx(np.linalg.svd(b @ a, compute_uv=False)[: len(s)], abs=1e-12)
    assert u.T @ u == pytest.approx(np.eye(len(s)), abs=1e-12) and vt @ vt.T == pytest.approx(np.eye(len(s)), abs=1e-12)


def test_errors_of_truncation_are_those_of_the_full_product() -> None:
    b, a = _pair(4, 9, 6, 8)
    scores, whole = factors.rank_norms(b, a), np.linalg.norm(b @ a)
    assert factors.product_norm(b, a) == pytest.approx(whole, rel=1e-12)
    for keep in range(1, 7):
        best = np.argsort(-scores)[:keep]
        by_score = np.linalg.norm(b @ a - b[:, best] @ a[best]) / whole
        u, s, vt = np.linalg.svd(b @ a)
        by_svd = np.linalg.norm(b @ a - u[:, :keep] * s[:keep] @ vt[:keep]) / whole
        assert factors.error_by_score(b, a, scores, keep) == pytest.approx(by_score, abs=1e-12)
        assert factors.error_by_svd(b, a, keep) == pytest.approx(by_svd, abs=1e-12)


def test_a_product_of_zero_has_no_error() -> None:
    b, a = np.zeros((4, 2)), np.ones((2, 3))
    assert factors.error_by_score(b, a, np.zeros(2), 1) == factors.error_by_svd(b, a, 1) == 0.0


def test_factors_that_are_not_finite_have_no_decomposition() -> None:
    b, a = _pair(5)
    b[0, 0] = np.nan
    u, s, vt = factors.qr_core(b, a)
    assert (u.shape, s.shape, vt.shape) == ((7, 3), (3,), (3, 5))
    assert np.isnan(u).all() and np.isnan(s).all() and np.isnan(vt).all()
    assert np.isnan(factors.error_by_svd(b, a, 1))
