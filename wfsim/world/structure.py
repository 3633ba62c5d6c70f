"""Structure of a round's updates: how unequal ranks are, how far from orthogonal, and what leaving half out costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from wfsim import factors
from wfsim.messages import Adapter, Pair


@dataclass(frozen=True, kw_only=True)
class Structure:
    """Means over updates and matrices; see `trace.UpdatesMeasured` for the meaning of each."""

    score_spread: float
    off_diagonal: float
    rank_norm_error: float
    svd_error: float


def structure_of(trained: Iterable[Adapter]) -> Structure | None:
    """Of the factors that devices ended with; matrices that are still zero are left out, None where all are."""
    rows = [_measured(pair) for adapter in trained for pair in adapter.pairs.values() if pair.a.any() and pair.b.any()]
    return Structure(**dict(zip(_NAMES, np.mean(rows, axis=0).tolist(), strict=True))) if rows else None


_NAMES = ("score_spread", "off_diagonal", "rank_norm_error", "svd_error")


def _measured(pair: Pair) -> tuple[float, ...]:
    keep, scores = max(pair.a.shape[0] // 2, 1), factors.rank_norms(pair.b, pair.a)
    return (
        factors.score_spread(scores),
        0.5 * (factors.off_diagonal_share(pair.b) + factors.off_diagonal_share(pair.a.T)),
        factors.error_by_score(pair.b, pair.a, scores, keep),
        factors.error_by_svd(pair.b, pair.a, keep),
    )
