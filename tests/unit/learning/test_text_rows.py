"""Packing: texts side by side, groups of one length, blocks of similar length."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.text_rows import RaggedTexts, can_pack, packed, texts_of
from wfsim.learning.tokens import Tokens

torch = pytest.importorskip("torch")


def test_texts_of_one_length_form_a_group() -> None:
    pack = packed(np.array([2, 2, 5]), buckets=True)
    assert [(g.texts, g.tokens, g.first) for g in pack.groups] == [(2, 2, 0), (1, 5, 2)]
    assert [g.rows for g in pack.groups] == [slice(0, 4), slice(4, 9)]
    assert pack.first.tolist() == [0, 2, 4]
    x = torch.randn(9, 3)
    assert pack.laid_out(x) is x and pack.tokens_of(x) is x


def test_without_buckets_texts_are_padded_to_the_longest() -> None:
    pack = packed(np.array([1, 3]), buckets=False)
    (group,) = pack.groups
    x = torch.randn(4, 2)
    rows = pack.laid_out(x)
    assert torch.equal(pack.tokens_of(rows), x)
    assert torch.equal(rows[[1, 2]], torch.zeros(2, 2)) and torch.equal(rows[3:], x[1:])
    mask = group.mask(2, x)
    assert mask.shape == (4, 1, 3)
    assert mask[:, 0].tolist() == [[0.0, -np.inf, -np.inf]] * 2 + [[0.0] * 3] * 2


def test_blocks_hold_every_text_once_in_ascending_order_of_length() -> None:
    lengths = np.random.default_rng(1).integers(1, 40, 100)
    texts = RaggedTexts(tuple(np.zeros(length, np.int64) for length in lengths), block_tokens=64)
    together = np.concatenate(texts.blocks)
    assert sorted(together) == list(range(100))
    assert (np.diff(lengths[together]) >= 0).all()
    assert all(lengths[block].sum() <= 64 for block in texts.blocks)
    assert all(lengths[a].sum() + lengths[b[0]] > 64 for a, b in zip(texts.blocks, texts.blocks[1:]))


def test_a_text_longer_than_a_block_is_one_of_its_own() -> None:
    texts = RaggedTexts(tuple(np.zeros(length, np.int64) for length in (9, 9, 2)), block_tokens=8)
    assert [block.tolist() for block in texts.blocks] == [[2], [0], [1]]


def test_padding_is_left_out() -> None:
    tokens = Tokens(np.array([[5, 6, 0], [7, 8, 9]]), np.array([[1, 1, 0], [1, 1, 1]]))
    assert [row.tolist() for row in texts_of(tokens).ids] == [[5, 6], [7, 8, 9]]


@pytest.mark.parametrize(("mask", "packable"), [([1, 1, 0], True), ([0, 1, 1], False), ([0, 0, 0], False)])
def test_only_padding_behind_the_tokens_can_be_left_out(mask, packable) -> None:
    assert can_pack(Tokens(np.zeros((1, 3), np.int64), np.array([mask]))) is packable
