"""Ranks of a matrix at right angles to each other and of length 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from wfsim.learning.penalty import Gradients, Penalty
from wfsim.learning.penalty._gram import Factors, gradients, sum_of_squares

if TYPE_CHECKING:
    from torch import Tensor


class Identity(Penalty, kind="identity"):
    """w sum ||A A' - I||_F^2 and/or ||B' B - I||_F^2 over matrices: orthonormal ranks.

    Implements the published idea of SOFT (Kim and Choi, arXiv 2505.00333); the details are ours. Gradients
    4 w (A A' - I) A and 4 w B (B' B - I). A dominating w on both factors makes all ranks equally important, so that a
    choice of ranks is no choice; B = 0 stays a stationary point of the term on B.
    """

    weight: float = Field(1e-2, gt=0.0, description="w")
    factors: Factors = Field("both", description="factors that are penalised")

    def value(self, a: Tensor, b: Tensor) -> Tensor:
        """[n]."""
        return self.weight * sum_of_squares(a, b, _less_identity, self.factors)

    def gradients(self, a: Tensor, b: Tensor) -> Gradients:
        """Of a and b."""
        return gradients(a, b, _less_identity, self.factors, self.weight)


def _less_identity(gram: Tensor) -> Tensor:
    gram.diagonal(dim1=1, dim2=2).sub_(1.0)
    return gram
