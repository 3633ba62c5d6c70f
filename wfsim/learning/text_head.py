"""The head of a BERT-like encoder, over one vector per text: linear layers and what follows each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfsim.learning.text_lora import Passed, Tuning, backward, forward
from wfsim.learning.text_weights import FrozenText

if TYPE_CHECKING:
    from torch import Tensor

Kept = list[tuple[Passed, "Tensor"]]  # per layer: what its product keeps, and its output


def head_forward(base: FrozenText, x: Tensor, tuning: Tuning) -> tuple[Tensor, Kept]:
    """Logits [texts, classes] of features [texts, d]."""
    kept: Kept = []
    for name, activation in base.form.head:
        y, passed = _product(base, name, x, tuning)
        x = _ACTIVATIONS[activation](y)
        kept.append((passed, x))
    return x, kept


def head_backward(base: FrozenText, gradient: Tensor, kept: Kept, tuning: Tuning) -> Tensor:
    """Gradient of the features; those of what is trained go to their places."""
    for (name, activation), (passed, y) in reversed(list(zip(base.form.head, kept, strict=True))):
        gradient = _derived(gradient, y, activation)
        gradient = _product_backward(base, name, gradient, passed, tuning)
    return gradient


def _product(base: FrozenText, name: str, x: Tensor, tuning: Tuning) -> tuple[Tensor, Passed]:
    import torch

    weight, bias = tuning.dense.get(f"{name}.weight"), tuning.dense.get(f"{name}.bias")
    if weight is None or bias is None:
        return forward(base.head[name], x, tuning)
    return torch.addmm(bias.value, x, weight.value.t()), Passed(x)


def _product_backward(base: FrozenText, name: str, gradient: Tensor, kept: Passed, tuning: Tuning) -> Tensor:
    weight, bias = tuning.dense.get(f"{name}.weight"), tuning.dense.get(f"{name}.bias")
    if weight is None or bias is None or kept.x is None:
        found = backward(base.head[name], gradient, kept, tuning, deeper=True)
        assert found is not None
        return found
    weight.gradient.copy_(gradient.t() @ kept.x)
    bias.gradient.copy_(gradient.sum(0))
    return gradient @ weight.value


def _derived(gradient: Tensor, y: Tensor, activation: str) -> Tensor:
    """Through an activation, from its output y."""
    if activation == "tanh":
        return gradient * (1.0 - y * y)
    return gradient * (y > 0.0) if activation == "relu" else gradient


_ACTIVATIONS = {"tanh": lambda x: x.tanh(), "relu": lambda x: x.relu(), "none": lambda x: x}
