"""What every penalty promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.learning.math_threads import one_math_thread
from wfsim.learning.penalty import Penalty

if TYPE_CHECKING:
    from torch import Tensor

_MATRICES, _D_OUT, _D_IN = 3, 7, 5


def check_the_value_is_one_finite_number_per_matrix(penalty: Penalty) -> None:
    """[n]."""
    import torch

    value = penalty.value(*_factors(4))
    require_equal(tuple(value.shape), (_MATRICES,), "the shape of the value")
    require(bool(torch.isfinite(value).all()), "the value is not finite")


def check_the_gradients_are_those_of_the_value(penalty: Penalty) -> None:
    """As autograd finds them, at rank 1 and above; None where there are none."""
    for rank in (1, 4):
        for found, expected in zip(penalty.gradients(*_factors(rank)), _by_autograd(penalty, rank), strict=True):
            got = expected.new_zeros(expected.shape) if found is None else found
            sentence = f"rank {rank}: the gradient is not that of the value"
            require_close(got.numpy(), expected.numpy(), sentence, rel=1e-9, abs=1e-12)


def check_the_factors_are_left_alone(penalty: Penalty) -> None:
    """They are what is trained."""
    import torch

    factors, before = _factors(4), _factors(4)
    penalty.value(*factors), penalty.gradients(*factors)
    require(all(map(torch.equal, factors, before)), "the factors were changed")


def check_a_matrix_ignores_its_neighbours(penalty: Penalty) -> None:
    """A chunk of one gives the bits of a chunk of three, also where a matrix begins at an odd place in memory."""
    for rank, wide in ((4, 1), (3, 16), (5, 16), (8, 16)):
        for dtype in ("float32", "float64"):
            with one_math_thread():
                _check_alone(penalty, f"rank {rank}, {dtype}", _factors(rank, wide, dtype))


def _check_alone(penalty: Penalty, case: str, factors: tuple[Tensor, Tensor]) -> None:
    import torch

    together = penalty.gradients(*factors)
    for matrix in range(_MATRICES):
        alone = penalty.gradients(*(factor[matrix : matrix + 1].clone() for factor in factors))
        pairs = [(one, many) for one, many in zip(alone, together, strict=True) if one is not None and many is not None]
        same = all(torch.equal(one[0], many[matrix]) for one, many in pairs)
        require(same, f"{case}: the bits of matrix {matrix} depend on those beside it")


def check_a_neutral_one_adds_nothing(penalty: Penalty) -> None:
    """What is neutral is not even asked."""
    added = any(gradient is not None and bool(gradient.any()) for gradient in penalty.gradients(*_factors(4)))
    require(added != penalty.neutral, f"neutral is {penalty.neutral}, but gradients are{'' if added else ' not'} added")


def _by_autograd(penalty: Penalty, rank: int) -> list[Tensor]:
    import torch

    factors = [factor.requires_grad_() for factor in _factors(rank)]
    value = penalty.value(*factors).sum()
    if not value.requires_grad:
        return [torch.zeros_like(factor, requires_grad=False) for factor in factors]
    gradients = torch.autograd.grad(value, factors, allow_unused=True)
    return [torch.zeros_like(f) if g is None else g for f, g in zip(factors, gradients, strict=True)]


def _factors(rank: int, wide: int = 1, dtype: str = "float64") -> tuple[Tensor, Tensor]:
    import torch

    options = {"generator": torch.Generator().manual_seed(rank), "dtype": getattr(torch, dtype)}
    a = torch.randn(_MATRICES, rank, wide * _D_IN, **options)
    return a, torch.randn(_MATRICES, wide * _D_OUT, rank, **options)
