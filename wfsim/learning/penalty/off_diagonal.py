"""Ranks of a matrix at right angles to each other, of whatever length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from wfsim.learning.penalty import Gradients, Penalty
from wfsim.learning.penalty._gram import Factors, gradients, sum_of_squares

if TYPE_CHECKING:
    from torch import Tensor


class OffDiagonal(Penalty, kind="off_diagonal"):
    """w sum ||offdiag(A A')||_F^2 and/or ||offdiag(B' B)||_F^2 over matrices: orthogonal ranks, of free lengths.

    Implements the published idea of SOFT (Kim and Choi, arXiv 2505.00333); the details are ours. Gradients
    4 w offdiag(A A') A and 4 w B offdiag(B' B). The larger w, the closer ||b_i|| ||a_i|| comes to the singular values
    of B A; under AdamW, which scales gradients, even a small w moves A in the first steps, where B = 0.
    """

    weight: float = Field(1e-2, gt=0.0, description="w")
    factors: Factors = Field("both", description="factors that are penalised")

    def value(self, a: Tensor, b: Tensor) -> Tensor:
        """[n]."""
        return self.weight * sum_of_squares(a, b, _off_diagonal, self.factors)

    def gradients(self, a: Tensor, b: Tensor) -> Gradients:
        """Of a and b."""
        return gradients(a, b, _off_diagonal, self.factors, self.weight)


def _off_diagonal(gram: Tensor) -> Tensor:
    gram.diagonal(dim1=1, dim2=2).zero_()
    return gram
