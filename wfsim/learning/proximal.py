"""FedProx: a term of the local loss that holds a device near what it started from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def add_proximal(gradients: Tensor, values: Tensor, start: Tensor, mu: float) -> None:
    """gradients += mu (values - start): the gradient of mu / 2 ||x - x_start||^2 over all entries, in place.

    Tensors of one shape, an entry of each for every trained value; for every trainer, at every step after the gradients
    of the cross-entropy and before the optimiser. Entries that are not trained have not moved and get zero. Source:
    FedProx (Li et al. 2020, arXiv 1812.06127). No operation at mu = 0.
    """
    if mu:
        gradients.add_(values - start, alpha=mu)
