"""LoRA by merging: each job's own W + s B A, and the way back from the gradient of that sum to A and B.

With narrow layers one product with a merged matrix is cheaper than a base product and two thin ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from wfsim.learning.adapter_stack import Views
from wfsim.learning.base import Base
from wfsim.learning.vit_weights import FrozenVit

if TYPE_CHECKING:
    from torch import Tensor

Stack = dict[str, "Tensor"]
_PLACE = {
    "q_proj": ("q", 0),
    "k_proj": ("kv", 0),
    "v_proj": ("kv", 1),
    "o_proj": ("o", 0),
    "fc1": ("fc1", 0),
    "fc2": ("fc2", 0),
}


class MergedWeights:
    """Matrices [layers, jobs, d_out, d_in] by fused name (see `Layer`): frozen ones where nothing is trained.

    `gradients` has an entry only for what `trained` (last module names) touches. `bases` are the jobs' own, where the
    frozen base has moved.
    """

    def __init__(
        self, base: FrozenVit, trained: Iterable[str], scale: float, jobs: int, bases: Sequence[Base | None] = ()
    ) -> None:
        import torch

        self.scale = scale
        self.base = {
            name: torch.stack([layer.weight[name] for layer in base.layers])[:, None] for name in base.layers[0].weight
        }
        self._move(jobs, bases)
        self.values = {name: weight.expand(-1, jobs, -1, -1).clone() for name, weight in self.base.items()}
        touched = {_PLACE[module][0] for module in trained}
        self.gradients = {name: torch.empty_like(self.values[name]) for name in sorted(touched)}

    def _move(self, jobs: int, bases: Sequence[Base | None]) -> None:
        """Give every job the frozen matrices of its own base, unless all have W0."""
        import torch

        if all(base is None for base in bases):
            return
        self.base = {name: weight.expand(-1, jobs, -1, -1).clone() for name, weight in self.base.items()}
        for job, base in enumerate(bases):
            for pair, delta in (base.deltas if base is not None else {}).items():
                layer, module = int(pair.split(".")[2]), pair.rpartition(".")[2]  # vit.layers.0.attention.q_proj
                name, rows = _place(module, delta.shape[0])
                self.base[name][layer, job, rows] += torch.tensor(delta, dtype=self.base[name].dtype)

    def merge(self, adapter: Views, active: int) -> list[Stack]:
        """Per layer, the matrices [active, d_out, d_in] of the first `active` jobs under their adapters."""
        import torch

        for module, (a, b) in adapter.factors.items():
            name, rows = _place(module, b.shape[2])
            product = torch.bmm(b.flatten(0, 1), a.flatten(0, 1)).unflatten(0, (-1, active))
            frozen, merged = (stack[name][:, :active, rows] for stack in (self.base, self.values))
            torch.add(frozen, product, alpha=self.scale, out=merged)
        return _per_layer(self.values, active)

    def room(self, active: int) -> list[Stack]:
        """Per layer, where the gradients of the first `active` jobs' merged matrices go."""
        return _per_layer(self.gradients, active)

    def project(self, adapter: Views, active: int, into: Views) -> None:
        """dA = s B' dW and dB = s dW A', written into the factors of `into`."""
        import torch

        # Flattened before transposed: the copies that differ with the number of jobs then keep one layout for BLAS.
        for module, (a, b) in adapter.factors.items():
            name, rows = _place(module, b.shape[2])
            gradient, (da, db) = self.gradients[name][:, :active, rows].flatten(0, 1), into.factors[module]
            torch.mul(torch.bmm(b.flatten(0, 1).transpose(1, 2), gradient).view(da.shape), self.scale, out=da)
            torch.mul(torch.bmm(gradient, a.flatten(0, 1).transpose(1, 2)).view(db.shape), self.scale, out=db)


def _place(module: str, d_out: int) -> tuple[str, slice]:
    name, position = _PLACE[module]
    return name, slice(position * d_out, (position + 1) * d_out)


def _per_layer(stacks: Stack, active: int) -> list[Stack]:
    layers = max((len(stack) for stack in stacks.values()), default=0)
    return [{name: stack[layer, :active] for name, stack in stacks.items()} for layer in range(layers)]
