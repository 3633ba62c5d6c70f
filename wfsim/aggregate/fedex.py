"""Factor averaging with its error put into the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from wfsim.aggregate import Aggregated, Aggregator, State
from wfsim.aggregate._whole_factors import Ended, Factors, Matrix, ended
from wfsim.messages import Adapter, AdapterShapes, Arrival, Pair


class FedEx(Aggregator, kind="fedex"):
    """A = sum p_k A_k, B = sum p_k B_k, and W0 += s (sum p_k B_k A_k - B A): together s sum p_k B_k A_k, exactly.

    Source: FedEx-LoRA (Singhal et al. 2024, arXiv 2410.09432). The residual flies down beside the factors: as factors
    of rank (K - 1) r, for it is sum over k < K of p_k (B_k - B) (A_k - A_K), or dense where that is smaller. The head
    is averaged. p are training examples of the uploads of which something arrived and sum to 1; what else was lost of
    those is a zero delta. Sums run in float64, in order of device name.
    """

    moves_base: ClassVar[bool] = True

    def change_rank(self, uploads: int, rank: int) -> int:
        return max(uploads - 1, 0) * rank

    def advance(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes, state: State) -> Aggregated:
        came = ended(current, arrivals, shapes)
        if came is None:
            return Aggregated(adapter=current, state=state)
        pairs = {name: _float32(means(factors, came)) for name, factors in came.pairs.items()}
        dense = {name: came.mean(values).astype(np.float32) for name, values in came.dense.items()}
        rest = {name: residual(factors, came) for name, factors in came.pairs.items()}
        one = len(came.weights) == 1
        return Aggregated(adapter=Adapter(pairs=pairs, dense=dense), state=state, base_change=None if one else rest)


def means(factors: Factors, came: Ended) -> tuple[Matrix, Matrix]:
    """Mean A [rank, d_in] and mean B [d_out, rank]."""
    return came.mean(factors.a), came.mean(factors.b)


def residual(factors: Factors, came: Ended) -> Pair:
    """Factors of sum p_k B_k A_k - mean B mean A, of rank (uploads - 1) rank: p_k (B_k - mean B) sums to 0, so that any
    one A may be taken off all of them."""
    shifted = came.weights[:, None, None] * (factors.b - came.mean(factors.b))
    rows, columns = factors.a[:-1] - factors.a[-1], shifted[:-1]
    return Pair(a=rows.reshape(-1, rows.shape[2]), b=columns.transpose(1, 0, 2).reshape(columns.shape[1], -1))


def _float32(pair: tuple[Matrix, Matrix]) -> Pair:
    return Pair(a=pair[0].astype(np.float32), b=pair[1].astype(np.float32))
