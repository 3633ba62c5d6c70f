"""SOFT: the ranks of every matrix that matter most."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim import factors
from wfsim.compress import Source
from wfsim.compress._chosen_items import Factors
from wfsim.compress._rank_pairs import RankPairs, Scores, energy_left
from wfsim.messages import Adapter, AdapterShapes


class Soft(RankPairs, kind="soft"):
    """Rank pairs (b_i, a_i) by an SVD-free importance. Implements the published idea of sparsified orthogonal updates.

    Idea: Kim and Choi, arXiv 2505.00333, known here at the level of its abstract; details are ours. `score: change` is
    ||b_i' a_i' - b_i a_i||_F, `factor_norm` is ||b_i'|| ||a_i'||, the singular value where factors are orthogonal.
    Deltas of b_i and a_i are sent, the best first. A rank that is not sent is a zero delta, so `factor_norm` alone
    would pick the same large ranks for ever: use it with error feedback. With `scope: global` ranks of all matrices
    compete, and `budget_bytes` is used up by cutting the last pair (its rest counts as not sent); sizes then depend on
    values.
    """

    scope: Literal["matrix", "global"] = Field("matrix", description="best of every matrix, or best of all matrices")
    score: Literal["change", "factor_norm"] = Field("change", description="what makes a rank important")

    @model_validator(mode="after")
    def _budget_is_global(self) -> Soft:
        if self.budget_bytes is not None and self.scope == "matrix":
            raise ValueError("budget_bytes needs scope: global")
        return self

    def dropped_energy(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.float64]:
        scores = self._scores(Factors(shapes, values.vector()), shapes, source)
        return energy_left(scores, over_all_matrices=self._over_all_matrices())

    def _over_all_matrices(self) -> bool:
        return self.scope == "global"

    def _scores(self, values: Factors, shapes: AdapterShapes, source: Source) -> Scores:
        start = Factors(shapes, source.start.vector())
        matrices = zip(start.b, start.a, values.b, values.a, strict=True)
        with np.errstate(over="ignore", invalid="ignore"):  # a device that diverged has no finite score
            scores = [self._of_matrix(*matrix) for matrix in matrices]
        return np.array(scores, dtype=np.float64).reshape(len(scores), shapes.rank)

    def _of_matrix(self, b: NDArray, a: NDArray, db: NDArray, da: NDArray) -> Scores:
        if self.score == "change":
            return np.sqrt(factors.squared_changes(b, a, db, da))
        return factors.rank_norms(b + db, a + da)
