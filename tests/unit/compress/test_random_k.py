from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.compress import Codec, Source
from wfsim.compress.fedsrd import FedSrd
from wfsim.compress.random_k import RandomK
from wfsim.compress.random_ranks import RandomRanks
from wfsim.compress.top_k import TopK
from wfsim.errors import RunError
from wfsim.messages import Adapter, AdapterShapes, PairShape, TensorShape

_SHAPES = AdapterShapes(
    rank=4, pairs=(PairShape("q", 40, 60), PairShape("v", 5, 15)), dense=(TensorShape("head", (10, 4)),)
)
_ENTRIES = np.array([400, 80])
_PAIRS = int(_ENTRIES.sum())


def _adapter(seed: int = 1) -> Adapter:
    sizes = np.repeat([1.0, 100.0, 1.0], [400, 80, 40])
    return Adapter.from_vector(
        _SHAPES, (np.random.default_rng(seed).standard_normal(_SHAPES.entries) * sizes).astype(np.float32)
    )


def _source(seed: int = 5, round_seed: int | None = None) -> Source:
    return Source(start=_adapter(9), generator=np.random.default_rng(seed), round_seed=round_seed)


def _sent(codec: Codec, seed: int = 5, round_seed: int | None = None) -> np.ndarray:
    fragments = codec.encode(_adapter(), _SHAPES, 120, _source(seed, round_seed)).fragments
    return codec.decode(fragments, _SHAPES)[0][:_PAIRS] != 0.0


@pytest.mark.parametrize("mask", ["seeded", "common"])
def test_a_seed_replaces_positions(mask: str) -> None:
    """18 bytes of header, then 4 a value: 48 values of 480 in fragments of 120 bytes are 25 and 23."""
    codec = RandomK(keep_share=0.1, values="fp32", head="fp32", mask=mask)
    plan = codec.plan(_SHAPES, 120)
    assert plan.fragment_bytes[-2:] == (118, 110) and plan.fragment_entries[-2:] == (25, 23)
    assert _sent(codec).sum() == 48
    payload = codec.encode(_adapter(), _SHAPES, 120, _source())
    assert tuple(map(len, payload.fragments)) == plan.fragment_bytes
    kept = codec.decode(payload.fragments, _SHAPES)[0]
    assert np.array_equal(kept[kept != 0.0], _adapter().vector()[kept != 0.0])


def test_a_common_mask_belongs_to_the_round() -> None:
    codec = RandomK(mask="common")
    assert np.array_equal(_sent(codec, 1, round_seed=7), _sent(codec, 2, round_seed=7))
    assert not np.array_equal(_sent(codec, 1, round_seed=7), _sent(codec, 1, round_seed=8))
    assert not np.array_equal(_sent(codec, 1), _sent(codec, 2))
    assert not np.array_equal(_sent(RandomK(mask="seeded"), 1, 7), _sent(RandomK(mask="seeded"), 2, 7))


def test_common_ranks_belong_to_the_round() -> None:
    codec = RandomRanks(keep=1, common=True)
    assert np.array_equal(_sent(codec, 1, round_seed=7), _sent(codec, 2, round_seed=7))
    masks = {_sent(codec, 1, round_seed=seed).tobytes() for seed in range(30)}
    assert len(masks) > 10  # of 4 x 4
    assert not all(np.array_equal(_sent(RandomRanks(keep=1), 1, 7), _sent(RandomRanks(keep=1), s, 7)) for s in range(5))


@pytest.mark.parametrize(("budget_bytes", "spent", "entries"), [(200, 178, 196), (333, 333, 418), (1000, 364, 480)])
def test_a_seeded_budget_is_spent_where_entries_last(budget_bytes: int, spent: int, entries: int) -> None:
    """The head takes 58 bytes, a full fragment of pairs 120 for 196 entries of 4 bits behind 18 and 4 bytes."""
    plan = RandomK(budget_bytes=budget_bytes, values="int4", mask="seeded").plan(_SHAPES, 120)
    assert (sum(plan.fragment_bytes), sum(plan.fragment_entries[1:])) == (spent, entries)


def test_a_budget_without_room_for_an_entry_is_an_error() -> None:
    with pytest.raises(RunError, match="budget_bytes is 70; head and one entry take 81"):
        RandomK(budget_bytes=70, mask="seeded").plan(_SHAPES, 120)


def test_unbiased_needs_a_k_that_the_draw_does_not_decide() -> None:
    RandomK(unbiased=True, budget_bytes=500, mask="seeded")
    with pytest.raises(ValidationError, match="unbiased needs keep_share"):
        RandomK(unbiased=True, budget_bytes=500)


def test_unbiased_by_matrix_needs_an_entry_of_each() -> None:
    with pytest.raises(RunError, match="unbiased needs an entry of every matrix"):
        _sent(RandomK(keep_share=0.002, scope="matrix", unbiased=True, mask="seeded"))


@pytest.mark.parametrize("kind", [TopK, FedSrd, RandomK])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.55])
def test_by_matrix_every_one_gives_its_share(kind: type[Codec], share: float) -> None:
    sent = _sent(kind(keep_share=share, scope="matrix", values="fp32"))
    counts = np.array([sent[:400].sum(), sent[400:].sum()])
    assert counts.sum() == round(share * _PAIRS) and (np.abs(counts - share * _ENTRIES) <= 1.0).all()


def test_over_all_matrices_the_large_one_gets_more() -> None:
    """The second matrix is 100 times as large."""
    assert _sent(TopK(keep_share=0.1, values="fp32"))[400:].sum() > 45


def test_by_matrix_top_k_keeps_the_best_of_each() -> None:
    sent, sizes = _sent(TopK(keep_share=0.1, scope="matrix", values="fp32")), np.abs(_adapter().vector()[:_PAIRS])
    for part in (slice(0, 400), slice(400, 480)):
        assert sizes[part][sent[part]].min() > sizes[part][~sent[part]].max()
