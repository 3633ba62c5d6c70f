"""RaggedTexts of different lengths side by side without padding: which rows of a matrix belong to which text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.tokens import Tokens

if TYPE_CHECKING:
    from torch import Tensor

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Group:
    """`texts` texts of `tokens` rows each, which begin at row `start`, the first of them text `first` of the pack.

    `lengths` [texts] where some of those rows are padding, None where none is.
    """

    texts: int
    tokens: int
    start: int
    first: int
    lengths: Indices | None = None

    @property
    def rows(self) -> slice:
        """The group's rows."""
        return slice(self.start, self.start + self.texts * self.tokens)

    def mask(self, heads: int, like: Tensor) -> Tensor | None:
        """0 for a token and -inf for padding, [texts heads, 1, tokens]; None without padding."""
        import torch

        if self.lengths is None:
            return None
        empty = torch.arange(self.tokens) >= torch.from_numpy(self.lengths)[:, None]
        mask = torch.zeros_like(empty, dtype=like.dtype).masked_fill_(empty, -torch.inf)
        return mask.repeat_interleave(heads, dim=0)[:, None]

    def shares(self, like: Tensor) -> Tensor:
        """What every row counts in its text's mean, [texts, tokens]; padding counts nothing."""
        import torch

        if self.lengths is None:
            return like.new_full((self.texts, self.tokens), 1.0 / self.tokens)
        lengths = torch.from_numpy(self.lengths)[:, None]
        return (torch.arange(self.tokens) < lengths).to(like.dtype) / lengths


@dataclass(frozen=True, eq=False)
class Pack:
    """RaggedTexts in ascending order of length; those of one length form a group. `lengths` [n]."""

    lengths: Indices
    groups: tuple[Group, ...]

    @property
    def first(self) -> Tensor:
        """The row of each text's first token, [n]."""
        import torch

        return torch.cat([torch.arange(g.start, g.rows.stop, g.tokens) for g in self.groups])

    def means(self, rows: Tensor) -> Tensor:
        """The mean over every text's tokens, [texts, d]."""
        import torch

        parts = [(g, rows[g.rows].view(g.texts, g.tokens, -1)) for g in self.groups]
        return torch.cat([torch.bmm(g.shares(part)[:, None], part)[:, 0] for g, part in parts])

    def spread(self, gradient: Tensor) -> Tensor:
        """The gradient of the rows from that of `means`, [texts, d] -> [rows, d]."""
        import torch

        parts = [(g, gradient[g.first : g.first + g.texts]) for g in self.groups]
        return torch.cat([(g.shares(part)[:, :, None] * part[:, None]).flatten(0, 1) for g, part in parts])

    def laid_out(self, x: Tensor) -> Tensor:
        """Tokens [tokens, d] at their places among the pack's rows; padding is zero."""
        if (real := self._real()) is None:
            return x
        rows = x.new_zeros(len(real), x.shape[1])
        rows[real] = x
        return rows

    def tokens_of(self, rows: Tensor) -> Tensor:
        """The inverse of `laid_out`: rows without padding."""
        return rows if (real := self._real()) is None else rows[real]

    def _real(self) -> Tensor | None:
        """Which rows are tokens; None for all of them."""
        import torch

        (group, *_) = self.groups
        if group.lengths is None:
            return None
        return (torch.arange(group.tokens) < torch.from_numpy(group.lengths)[:, None]).flatten()


def packed(lengths: Indices, *, buckets: bool) -> Pack:
    """RaggedTexts of these ascending lengths; without `buckets` all are one group, padded to the longest."""
    if not buckets and lengths[0] < lengths[-1]:
        return Pack(lengths, (Group(len(lengths), int(lengths[-1]), 0, 0, lengths),))
    groups, start, first = [], 0, 0
    for tokens, texts in zip(*np.unique(lengths, return_counts=True), strict=True):
        groups.append(Group(int(texts), int(tokens), start, first))
        start, first = groups[-1].rows.stop, first + int(texts)
    return Pack(lengths, tuple(groups))


@dataclass(frozen=True, eq=False)
class RaggedTexts:
    """Token numbers of many texts without padding, and blocks of texts of similar length.

    A block is what is computed at once where nothing else decides: some texts, ascending in length, of at most
    `block_tokens` tokens together (or a single text).
    """

    ids: tuple[Indices, ...]
    block_tokens: int = 1024

    @cached_property
    def lengths(self) -> Indices:
        """Tokens of every text."""
        return np.array([len(row) for row in self.ids], np.int64)

    @cached_property
    def blocks(self) -> tuple[Indices, ...]:
        """The texts of every block."""
        order = np.argsort(self.lengths, kind="stable")
        cuts, total = [], 0
        for place, length in enumerate(self.lengths[order]):
            total += length
            if total > self.block_tokens and total > length:
                cuts.append(place)
                total = length
        return tuple(np.split(order, cuts))

    def ascending(self, texts: Indices) -> Indices:
        """These texts in ascending order of length."""
        return texts[np.argsort(self.lengths[texts], kind="stable")]


def texts_of(tokens: Tokens) -> RaggedTexts:
    """Padding, which follows the tokens, left out."""
    return RaggedTexts(tuple(row[: int(mask.sum())] for row, mask in zip(tokens.ids, tokens.mask, strict=True)))


def can_pack(tokens: Tokens) -> bool:
    """Whether every text has a token and padding only behind its tokens."""
    lengths = tokens.mask.sum(axis=1)
    behind = np.arange(tokens.mask.shape[1]) < lengths[:, None]
    return bool((lengths > 0).all() and np.array_equal(tokens.mask.astype(bool), behind))
