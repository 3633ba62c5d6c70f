"""Entries chosen at random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.compress import Source
from wfsim.compress._elements import Elements
from wfsim.messages import Adapter, AdapterShapes, Values


class RandomK(Elements, kind="random_k"):
    """k of the n entries, every choice as likely as another; ranges fly in an order that values do not decide.

    `unbiased` sends x n/k: E[decoded] = x (with unbiased rounding), at a variance of
    (n/k - 1) x^2; leave it off under error feedback, which needs an error smaller than the update. Positions are
    sent: no seed is shared. Source: Stich et al. 2018, arXiv 1809.07599.
    """

    unbiased: bool = Field(False, description="scale what is sent by n/k, so that the mean is exact")

    @model_validator(mode="after")
    def _known_share(self) -> RandomK:
        if self.unbiased and self.budget_bytes is not None:
            raise ValueError("unbiased needs keep_share: with budget_bytes k depends on the draw")
        return self

    def _scores(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.floating]:
        return source.generator.random(shapes.entries)

    def _scaled(self, chosen: Values, entries: int) -> Values:
        return chosen * np.float32(entries / max(len(chosen), 1)) if self.unbiased else chosen
