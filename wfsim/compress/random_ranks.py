"""Ranks by lot: what choosing well is worth is measured against it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.compress import Source
from wfsim.compress._chosen_items import Factors
from wfsim.compress._rank_pairs import RankPairs, Scores
from wfsim.messages import Adapter, AdapterShapes
from wfsim.rng import Streams


class RandomRanks(RankPairs, kind="random_ranks"):
    """`keep` ranks of every matrix, uniformly without replacement, or with a budget as many as fit of all matrices.

    Fragments are those of `soft`. `unbiased` multiplies deltas by rank / keep, so that the mean over draws is the
    update (Konecny et al. 2016, arXiv 1610.05492, random masks), at a larger variance. `common` draws the same ranks
    for all devices of a round (of a number of turn where devices do not wait for rounds); their fragments tell them
    all the same, a bit per rank. Do not wrap it in error feedback: with ranks common to all, a pilot fell to 0.72 of
    accuracy, from 0.80 without feedback.
    """

    unbiased: bool = Field(False, description="multiply what is sent by rank / keep")
    common: bool = Field(False, description="the same ranks for all devices of a round")

    @property
    def by_lot(self) -> bool:
        return True

    @model_validator(mode="after")
    def _known_chance(self) -> RandomRanks:
        if self.unbiased and self.budget_bytes is not None:
            raise ValueError("unbiased needs keep: with budget_bytes no rank has a known chance")
        return self

    def dropped_energy(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.float64]:
        """In the mean over draws: 1 - k / rank."""
        return 1.0 - np.arange(1, shapes.rank + 1) / shapes.rank

    def _over_all_matrices(self) -> bool:
        return self.budget_bytes is not None

    def _scale(self, shapes: AdapterShapes) -> float:
        return shapes.rank / self._kept(shapes) if self.unbiased else 1.0

    def _scores(self, values: Factors, shapes: AdapterShapes, source: Source) -> Scores:
        generator = Streams(source.seed(common=True)).generator("ranks") if self.common else source.generator
        return generator.random((len(shapes.pairs), shapes.rank))
