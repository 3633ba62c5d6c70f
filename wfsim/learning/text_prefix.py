"""What the frozen layers below all LoRA make of every text: computed once and kept, as far as memory allows.

Kept texts are computed in the fixed blocks of `RaggedTexts`, the others with their minibatch. Which are kept follows
from lengths and the budget alone, so a result depends neither on what was computed before nor on threads.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from wfsim.learning.text_model import below, embedded
from wfsim.learning.text_rows import Indices, RaggedTexts, packed
from wfsim.learning.text_weights import FrozenText

if TYPE_CHECKING:
    from torch import Tensor


class Prefix:
    """The first `depth` layers over `texts`; at most `budget_bytes` of results are kept.

    A text's result is a piece [tokens, d], and [1, d] where `depth` is all layers: what the head reads.
    """

    def __init__(self, base: FrozenText, texts: RaggedTexts, *, depth: int, buckets: bool, budget_bytes: int) -> None:
        self.texts, self.depth = texts, depth
        self._base, self._buckets = base, buckets
        self._rows = texts.lengths if depth < base.form.layers else np.ones_like(texts.lengths)
        self._kept_blocks = self._affordable(budget_bytes)
        self._place = self._places()
        self._found: dict[int, Tensor] = {}
        self._locks = [threading.Lock() for _ in range(self._kept_blocks)]

    @property
    def kept_bytes(self) -> int:
        """Memory of what has been kept so far."""
        return sum(x.numel() * x.element_size() for x in self._found.values())

    @property
    def budgeted_bytes(self) -> int:
        """Memory of all that will be kept."""
        return sum(self._bytes(block) for block in self.texts.blocks[: self._kept_blocks])

    def block(self, number: int) -> Tensor:
        """Pieces of the texts of a block, one after the other."""
        if number >= self._kept_blocks:
            return self._computed(self.texts.blocks[number])
        with self._locks[number]:
            if number not in self._found:
                self._found[number] = self._computed(self.texts.blocks[number])
            return self._found[number]

    def take(self, texts: Indices) -> Tensor:
        """Pieces of these texts, ascending in length, one after the other."""
        import torch

        blocks, begins = self._place[:, texts]
        fresh = np.flatnonzero(blocks >= self._kept_blocks)
        if len(fresh) == len(texts):
            return self._computed(texts)
        computed = iter(self._split(texts[fresh]))
        return torch.cat(
            [
                self.block(block)[begin : begin + rows] if block < self._kept_blocks else next(computed)
                for block, begin, rows in zip(blocks.tolist(), begins.tolist(), self._rows[texts].tolist(), strict=True)
            ]
        )

    def _split(self, texts: Indices) -> tuple[Tensor, ...]:
        return self._computed(texts).split(self._rows[texts].tolist()) if len(texts) else ()

    def _computed(self, texts: Indices) -> Tensor:
        pack = packed(self.texts.lengths[texts], buckets=self._buckets)
        x = embedded(self._base, [self.texts.ids[text] for text in texts])
        if self.depth == 0:
            return x
        return below(self._base, x, pack, self.depth)

    def _affordable(self, budget_bytes: int) -> int:
        """How many blocks, the shortest texts first; embeddings alone are cheaper to form again."""
        totals = np.cumsum([self._bytes(block) for block in self.texts.blocks])
        return int((totals <= budget_bytes).sum()) if self.depth else 0

    def _bytes(self, block: Indices) -> int:
        return int(self._rows[block].sum()) * self._base.form.hidden * self._base.words.element_size()

    def _places(self) -> Indices:
        """Block and first row in it of every text, [2, n]."""
        places = np.zeros((2, len(self._rows)), np.int64)
        for number, block in enumerate(self.texts.blocks):
            places[0, block], places[1, block] = number, np.cumsum(self._rows[block]) - self._rows[block]
        return places
