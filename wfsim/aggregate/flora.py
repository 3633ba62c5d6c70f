"""Stacking instead of averaging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from wfsim.aggregate import Aggregated, Aggregator, State
from wfsim.aggregate._whole_factors import Ended, Factors, ended
from wfsim.messages import Adapter, AdapterShapes, Arrival, Pair


class Flora(Aggregator, kind="flora"):
    """W0 += s B A with A = [A_1; ...; A_K] and B = [p_1 B_1, ..., p_K B_K], which is s sum p_k B_k A_k exactly.

    Then every device begins anew, A drawn afresh from the seed and B = 0. Source: FLoRA (Wang et al. 2024, arXiv
    2409.05976). The stack flies down, so the downlink grows with K until the dense change of W0 is smaller. The head is
    averaged. p are training examples of the uploads of which something arrived and sum to 1; what else was lost of
    those is a zero delta. Sums run in float64, in order of device name.
    """

    keeps_gauge: ClassVar[bool] = False
    moves_base: ClassVar[bool] = True
    restarts: ClassVar[bool] = True

    def change_rank(self, uploads: int, rank: int) -> int:
        return uploads * rank

    def advance(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes, state: State) -> Aggregated:
        came = ended(current, arrivals, shapes)
        if came is None:
            return Aggregated(adapter=current, state=state)
        pairs = {name: Pair(pair.a, np.zeros_like(pair.b)) for name, pair in current.pairs.items()}
        dense = {name: came.mean(values).astype(np.float32) for name, values in came.dense.items()}
        return Aggregated(adapter=Adapter(pairs=pairs, dense=dense), state=state, base_change=_stacks(came))


def _stacks(came: Ended) -> Mapping[str, Pair]:
    return {name: _stack(factors, came) for name, factors in came.pairs.items()}


def _stack(factors: Factors, came: Ended) -> Pair:
    weighted = factors.b * came.weights[:, None, None]
    return Pair(a=np.concatenate(list(factors.a)), b=np.concatenate(list(weighted), axis=1))
