"""The adapters of a chunk, and their gradients, as flat tensors with named views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wfsim.learning.adapter import last_name
from wfsim.learning.masks import Mask, frozen_entries
from wfsim.learning.vit_weights import FrozenVit
from wfsim.messages import Adapter, AdapterShapes

if TYPE_CHECKING:
    from torch import Tensor

_ALIGNMENT = 64


@dataclass(frozen=True, kw_only=True)
class Views:
    """Views into flat rows: `factors` (A [L, J, r, d_in], B [L, J, d_out, r]) by last module name over the L layers,
    and `head` ([J, classes, hidden], [J, classes]) by tensor name."""

    factors: dict[str, tuple[Tensor, Tensor]]
    head: dict[str, Tensor]


class AdapterStack:
    """`values` and `gradients` [jobs, entries], canonical order, each row padded to a multiple of 64 entries.

    Without padding a vector register would straddle two jobs, and the last job of a chunk would take another code path.
    """

    def __init__(
        self, base: FrozenVit, shapes: AdapterShapes, starts: list[Adapter], trains: Sequence[Mask | None] = ()
    ) -> None:
        import torch

        width = -(-shapes.entries // _ALIGNMENT) * _ALIGNMENT
        self.shapes, self.layers = shapes, base.config.layers
        self.values = base.position.new_zeros(len(starts), width)
        self.values[:, : shapes.entries] = torch.from_numpy(np.stack([start.vector() for start in starts]))
        self.start, self.gradients = self.values.clone(), torch.zeros_like(self.values)
        self._frozen = self._stack_masks([frozen_entries(shapes, mask) for mask in trains])

    def _stack_masks(self, frozen: list[Mask | None]) -> Tensor | None:
        """What each job leaves as it was, [jobs, width]; None where that is nothing."""
        import torch

        if all(mask is None for mask in frozen):
            return None
        rows = torch.zeros_like(self.values, dtype=torch.bool)
        for row, mask in enumerate(frozen):
            if mask is not None:
                rows[row, : self.shapes.entries] = torch.from_numpy(mask)
        return rows

    def restore_frozen(self, jobs: int) -> None:
        """Undo what an optimiser did to entries that the first `jobs` jobs do not train."""
        import torch

        if self._frozen is not None:
            values = self.values[:jobs]
            torch.where(self._frozen[:jobs], self.start[:jobs], values, out=values)

    def views(self, flat: Tensor) -> Views:
        """Names for the rows of `flat`, which is `values` or `gradients` or their first rows."""
        dense = sum(tensor.entries for tensor in self.shapes.dense)
        pairs = flat[:, : self.shapes.entries - dense].unflatten(1, (self.layers, -1)).transpose(0, 1)
        return Views(factors=self._factors(pairs), head=self._head(flat[:, self.shapes.entries - dense :]))

    def _factors(self, pairs: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
        named, at, rank = {}, 0, self.shapes.rank
        for pair in self.shapes.pairs[: len(self.shapes.pairs) // self.layers]:
            middle, end = at + rank * pair.d_in, at + rank * (pair.d_in + pair.d_out)
            a, b = pairs[..., at:middle].unflatten(2, (rank, pair.d_in)), pairs[..., middle:end]
            named[last_name(pair)], at = (a, b.unflatten(2, (pair.d_out, rank))), end
        return named

    def _head(self, rows: Tensor) -> dict[str, Tensor]:
        named, at = {}, 0
        for tensor in self.shapes.dense:
            named[tensor.name] = rows[:, at : at + tensor.entries].unflatten(1, tensor.shape)
            at += tensor.entries
        return named

    def learned(self, job: int) -> Adapter:
        """Trained minus start of one job."""
        delta = (self.values[job] - self.start[job])[: self.shapes.entries]
        return Adapter.from_vector(self.shapes, delta.numpy())
