"""Linear layers under LoRA, forward and backward, for one job: y = x W' + b + s (x A') B'.

Thin products are formed as [ranks, ...], which BLAS computes four times faster than [..., ranks].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from wfsim.learning.text_weights import Linear
from wfsim.messages import AdapterShapes

if TYPE_CHECKING:
    from torch import Tensor


class Trained(NamedTuple):
    """A trained tensor and where its gradient goes."""

    value: Tensor
    gradient: Tensor


class Factors(NamedTuple):
    """The pair of one module: A [r, d_in] and B [d_out, r]."""

    a: Trained
    b: Trained


@dataclass(frozen=True, kw_only=True, eq=False)
class Tuning:
    """What a job trains: pairs by module and dense tensors by name. LoRA is scaled by `scale`."""

    factors: Mapping[str, Factors] = field(default_factory=dict)
    dense: Mapping[str, Trained] = field(default_factory=dict)
    scale: float = 0.0

    def carries(self, linear: Linear) -> bool:
        """Whether a module of these carries LoRA."""
        return any(name in self.factors for name, _ in linear.parts)


class FlatAdapter:
    """`values` and `gradients` [1, entries] in the adapter's canonical order, and `tuning`, views of them by name."""

    def __init__(self, shapes: AdapterShapes, scale: float, dtype: str) -> None:
        import torch

        self.values = torch.zeros(1, shapes.entries, dtype=getattr(torch, dtype))
        self.gradients = torch.zeros_like(self.values)
        parts = [tensor.entries for tensor in shapes.tensors]
        values, gradients = self.values[0].split(parts), self.gradients[0].split(parts)
        named = {
            tensor.name: Trained(value.view(tensor.shape), gradient.view(tensor.shape))
            for tensor, value, gradient in zip(shapes.tensors, values, gradients, strict=True)
        }
        factors = {
            pair.name: Factors(named[f"{pair.name}.lora_A"], named[f"{pair.name}.lora_B"]) for pair in shapes.pairs
        }
        dense = {tensor.name: named[tensor.name] for tensor in shapes.dense}
        self.tuning = Tuning(factors=factors, dense=dense, scale=scale)

    def pairs(self, flat: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Views A [1, r, d_in] and B [1, d_out, r] of every pair into `flat`, which is `values` or `gradients`."""
        which = 0 if flat is self.values else 1
        return ((factors.a[which][None], factors.b[which][None]) for factors in self.tuning.factors.values())


def merged(linear: Linear, tuning: Tuning) -> Linear:
    """The layer with s B A added to its weight."""
    if not tuning.carries(linear):
        return linear
    weight = linear.weight.clone()
    for rows, factors in _pairs(linear, tuning):
        weight[rows].addmm_(factors.b.value, factors.a.value, alpha=tuning.scale)
    return replace(linear, weight=weight)


@dataclass(frozen=True, eq=False)
class Passed:
    """What `forward` keeps: the input [rows, d_in] and A x' [ranks, rows] of all pairs; None where there is no pair."""

    x: Tensor | None = None
    inner: Tensor | None = None


def forward(linear: Linear, x: Tensor, tuning: Tuning) -> tuple[Tensor, Passed]:
    """[rows, d_in] -> [rows, d_out]."""
    import torch

    y, pairs = torch.addmm(linear.bias, x, linear.weight.t()), _pairs(linear, tuning)
    if not pairs:
        return y, Passed()
    inner = _stacked(pairs) @ x.t()
    for (rows, factors), part in zip(pairs, inner.chunk(len(pairs)), strict=True):
        y[:, rows].addmm_(part.t(), factors.b.value.t(), alpha=tuning.scale)
    return y, Passed(x, inner)


def backward(linear: Linear, gradient: Tensor, kept: Passed, tuning: Tuning, *, deeper: bool) -> Tensor | None:
    """Gradients of the factors into their places; returns the input's gradient if something `deeper` needs it."""
    pairs = _pairs(linear, tuning)
    if not pairs or kept.x is None or kept.inner is None:
        return gradient @ linear.weight if deeper else None
    outer = kept.inner.new_empty(kept.inner.shape)
    ranks = outer.chunk(len(pairs))
    for (rows, factors), inner, room in zip(pairs, kept.inner.chunk(len(pairs)), ranks, strict=True):
        own = gradient[:, rows]
        room.addmm_(factors.b.value.t(), own.t(), beta=0.0, alpha=tuning.scale)
        factors.b.gradient.copy_((inner @ own).t()).mul_(tuning.scale)
        factors.a.gradient.addmm_(room, kept.x, beta=0.0)
    return (gradient @ linear.weight).addmm_(outer.t(), _stacked(pairs)) if deeper else None


def _pairs(linear: Linear, tuning: Tuning) -> list[tuple[slice, Factors]]:
    return [(rows, tuning.factors[name]) for name, rows in linear.parts if name in tuning.factors]


def _stacked(pairs: list[tuple[slice, Factors]]) -> Tensor:
    """A of all pairs, one below the other."""
    import torch

    return torch.cat([factors.a.value for _, factors in pairs]) if len(pairs) > 1 else pairs[0][1].a.value
