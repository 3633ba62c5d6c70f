"""Penalties on what the Gram matrices of LoRA factors, A A' and B' B [r, r], hold beside what they should."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from wfsim.learning.penalty import Gradients

if TYPE_CHECKING:
    from torch import Tensor

Factors = Literal["both", "a", "b"]
Residual = Callable[["Tensor"], "Tensor"]  # of Gram matrices [n, r, r], in place

_ALIGNED = 16  # ranks, so that every matrix begins on a 64-byte boundary


def sum_of_squares(a: Tensor, b: Tensor, residual: Residual, factors: Factors) -> Tensor:
    """||R(A A')||_F^2 and/or ||R(B' B)||_F^2 of every matrix, [n]."""
    on_a, on_b = _residuals(a, b, residual, factors)
    return sum((part.square().sum((1, 2)) for part in (on_a, on_b) if part is not None), a.new_zeros(len(a)))


def gradients(a: Tensor, b: Tensor, residual: Residual, factors: Factors, weight: float) -> Gradients:
    """4 w R(A A') A and 4 w B R(B' B): the gradients of w times `sum_of_squares`, R being symmetric."""
    rank = a.shape[1]
    a, b = _with_empty_ranks(a, b)
    on_a, on_b = _residuals(a, b, residual, factors)
    of_a = None if on_a is None else on_a.bmm(a)[:, :rank].mul_(4.0 * weight)
    return of_a, None if on_b is None else b.bmm(on_b)[:, :, :rank].mul_(4.0 * weight)


def _with_empty_ranks(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Factors with zero ranks behind, which add nothing to any gradient.

    A product of matrices that begin anywhere has bits that depend on where, so on the jobs beside it.
    """
    from torch.nn.functional import pad

    more = -a.shape[1] % _ALIGNED
    return pad(a, (0, 0, 0, more)), pad(b, (0, more))


def _residuals(a: Tensor, b: Tensor, residual: Residual, factors: Factors) -> Gradients:
    on_a = None if factors == "b" else residual(a.bmm(a.transpose(1, 2)))
    return on_a, None if factors == "a" else residual(b.transpose(1, 2).bmm(b))
