from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.compress import Codec, Source
from wfsim.compress._elements import Elements
from wfsim.compress._ranges import RANGE, unpack_range
from wfsim.compress.fedsrd import FedSrd
from wfsim.compress.random_k import RandomK
from wfsim.compress.top_k import TopK
from wfsim.errors import RunError
from wfsim.messages import Adapter, AdapterShapes, PairShape, TensorShape
from wfsim.part import describe_value

# The shipped ViT with rank 8 on all linear layers: 28,672 entries of pairs and 650 of the head.
_BLOCK = [("q", 64, 64), ("k", 64, 64), ("v", 64, 64), ("o", 64, 64), ("fc1", 128, 64), ("fc2", 64, 128)]
_VIT = AdapterShapes(
    rank=8,
    pairs=tuple(PairShape(f"{layer}.{name}", *sizes) for layer in range(4) for name, *sizes in _BLOCK),
    dense=(TensorShape("weight", (10, 64)), TensorShape("bias", (10,))),
)
_SMALL = AdapterShapes(
    rank=3, pairs=(PairShape("q", 12, 10), PairShape("v", 6, 14)), dense=(TensorShape("head", (5, 4)),)
)
_FROZEN = AdapterShapes(rank=3, pairs=_SMALL.pairs, dense=_SMALL.dense, factors="b")
_HEAD_ONLY = AdapterShapes(rank=3, pairs=(), dense=_SMALL.dense)
_KINDS = [TopK, RandomK, FedSrd]
_kinds = pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.kind)
_number_formats = pytest.mark.parametrize("values", ["fp32", "fp16", "int8", "int4"])


def _adapter(shapes: AdapterShapes, seed: int = 1) -> Adapter:
    """Heavy-tailed, with a size of its own in every tensor."""
    generator = np.random.default_rng(seed)
    sizes = np.repeat(10.0 ** generator.uniform(-1.0, 0.0, len(shapes.tensors)), np.diff(shapes.offsets))
    return Adapter.from_vector(shapes, (generator.standard_t(4, shapes.entries) * sizes).astype(np.float32))


def _source(shapes: AdapterShapes, seed: int = 5) -> Source:
    return Source(start=_adapter(shapes, 9), generator=np.random.default_rng(seed))


def _encode(codec: Codec, shapes: AdapterShapes, max_bytes: int = 1472) -> tuple[bytes, ...]:
    return codec.encode(_adapter(shapes), shapes, max_bytes, _source(shapes)).fragments


def _chosen(fragments: Iterable[bytes]) -> int:
    return sum(len(unpack_range(fragment).positions) for fragment in fragments if fragment[0] == RANGE)


@_kinds
@_number_formats
@pytest.mark.parametrize("budget_bytes", [2_000, 3_678, 7_356, 14_712])
def test_a_budget_is_used_to_99_percent_or_more(kind: type[Elements], values: str, budget_bytes: int) -> None:
    fragments = _encode(kind(budget_bytes=budget_bytes, values=values), _VIT)
    assert 0.99 * budget_bytes <= sum(map(len, fragments)) <= budget_bytes


@_kinds
def test_no_budget_is_too_large(kind: type[Elements]) -> None:
    assert _chosen(_encode(kind(budget_bytes=10**6), _VIT)) == 28_672


@_kinds
def test_one_entry_more_breaks_the_budget(kind: type[Elements]) -> None:
    count = _chosen(_encode(kind(budget_bytes=3_000, values="fp16"), _VIT))
    more = _encode(kind(keep_share=(count + 1) / 28_672, values="fp16"), _VIT)
    assert _chosen(more) == count + 1 and sum(map(len, more)) > 3_000


@_kinds
@pytest.mark.parametrize("share", [1e-9, 0.01, 0.25, 1.0])
def test_the_share_that_is_kept(kind: type[Elements], share: float) -> None:
    """At least one entry."""
    assert _chosen(_encode(kind(keep_share=share), _VIT)) == max(1, round(share * 28_672))


@_kinds
@_number_formats
@pytest.mark.parametrize("max_bytes", [32, 100, 1472])
def test_with_every_entry_kept_all_of_them_arrive(kind: type[Elements], values: str, max_bytes: int) -> None:
    codec = kind.parse({"kind": kind.kind, "keep_share": 1.0, "values": values, "head": "fp32"})
    decoded, mask = codec.decode(_encode(codec, _SMALL, max_bytes), _SMALL)
    exact = _adapter(_SMALL).vector()
    step = {"fp32": 0.0, "fp16": 2.0**-11, "int8": 1.0 / 254.0, "int4": 1.0 / 14.0}[values] * (1.0 + 1e-5)
    assert mask.all() and np.abs(decoded - exact).max() <= step * np.abs(exact).max()


@_kinds
@pytest.mark.parametrize("max_bytes", [32, 100, 1472])
def test_what_is_not_chosen_is_a_zero_that_counts(kind: type[Elements], max_bytes: int) -> None:
    codec = kind(keep_share=0.2, values="fp32", head="fp32")
    decoded, mask = codec.decode(_encode(codec, _SMALL, max_bytes), _SMALL)
    pairs = _SMALL.entries - 20
    assert mask.all() and np.count_nonzero(decoded[:pairs]) == round(0.2 * pairs)
    assert np.array_equal(decoded[pairs:], _adapter(_SMALL).vector()[pairs:])


@_kinds
def test_a_lost_fragment_is_one_range_and_nothing_else(kind: type[Elements]) -> None:
    codec = kind(keep_share=0.5, values="fp16")
    fragments = _encode(codec, _SMALL, 60)
    whole, _ = codec.decode(fragments, _SMALL)
    for lost in range(len(fragments)):
        decoded, mask = codec.decode([f for i, f in enumerate(fragments) if i != lost], _SMALL)
        gone = np.flatnonzero(~mask)
        assert len(gone) == 1 + gone[-1] - gone[0]
        assert np.array_equal(decoded, np.where(mask, whole, 0.0))


@_kinds
def test_frozen_factors_are_neither_chosen_nor_spoken_for(kind: type[Elements]) -> None:
    codec = kind(keep_share=1.0, values="fp16")
    decoded, mask = codec.decode(_encode(codec, _FROZEN, 100), _FROZEN)
    assert np.array_equal(mask, _FROZEN.trained)
    assert not decoded[~_FROZEN.trained].any()


@_kinds
def test_the_head_flies_first_and_then_the_largest_sums_of_scores(kind: type[Elements]) -> None:
    fragments = _encode(kind(keep_share=0.3, values="fp32"), _VIT, 400)
    forms = [fragment[0] == RANGE for fragment in fragments]
    assert forms == sorted(forms) and not forms[0]


def test_top_k_sends_the_ranges_with_the_largest_sums_first() -> None:
    fragments = _encode(TopK(keep_share=0.3, values="fp32"), _VIT, 400)
    sums = [float(np.abs(unpack_range(f).values.astype(np.float64)).sum()) for f in fragments if f[0] == RANGE]
    assert len(sums) > 50 and sums == sorted(sums, reverse=True)


@_kinds
def test_an_adapter_without_pairs_is_its_head(kind: type[Elements]) -> None:
    for codec in (kind(), kind(budget_bytes=100)):
        fragments = _encode(codec, _HEAD_ONLY, 100)
        assert _chosen(fragments) == 0 and codec.decode(fragments, _HEAD_ONLY)[1].all()


@_kinds
@pytest.mark.parametrize("shapes", [_SMALL, _HEAD_ONLY], ids=["small", "head only"])
def test_a_budget_that_holds_nothing_is_said_to_be_so(kind: type[Elements], shapes: AdapterShapes) -> None:
    with pytest.raises(RunError, match=f"codec {kind.kind}: budget_bytes is 20; head and one entry take"):
        _encode(kind(budget_bytes=20), shapes)


@_kinds
def test_a_share_or_a_budget(kind: type[Elements]) -> None:
    assert kind().keep_share == 0.1
    budget = kind(budget_bytes=100)
    assert budget.keep_share is None and kind.parse(describe_value(budget)) == budget
    for fields in ({"keep_share": 0.1, "budget_bytes": 100}, {"keep_share": None}, {"keep_share": 0.0}):
        with pytest.raises(ValidationError):
            kind(**fields)


def test_random_k_is_not_unbiased_under_a_budget() -> None:
    with pytest.raises(ValidationError, match="unbiased needs keep_share"):
        RandomK(budget_bytes=100, unbiased=True)


def test_ties_go_to_the_first_entries() -> None:
    shapes = AdapterShapes(rank=1, pairs=(PairShape("m", 30, 30),), dense=())
    ones = Adapter.from_vector(shapes, np.ones(60, dtype=np.float32))
    codec = TopK(keep_share=0.25, values="fp32")
    fragments = codec.encode(ones, shapes, 1472, _source(shapes)).fragments
    assert np.flatnonzero(codec.decode(fragments, shapes)[0]).tolist() == list(range(15))


def test_what_is_not_finite_is_sent_first() -> None:
    vector = _adapter(_SMALL).vector()
    vector[[3, 40, 90]] = np.nan, np.inf, -np.inf
    codec = TopK(keep_share=3 / (_SMALL.entries - 20), values="fp32")
    fragments = codec.encode(Adapter.from_vector(_SMALL, vector), _SMALL, 1472, _source(_SMALL)).fragments
    assert np.flatnonzero(codec.decode(fragments, _SMALL)[0][:-20]).tolist() == [3, 40, 90]


@_kinds
@pytest.mark.parametrize("share", [0.03, 0.2])
def test_positions_cost_little_more_than_their_entropy(kind: type[Elements], share: float) -> None:
    """Bytes beyond values, headers and head: at most 6 % above n h(p), what positions drawn evenly need at least."""
    fragments = [f for f in _encode(kind(keep_share=share, values="int8"), _VIT) if f[0] == RANGE]
    index_bits = 8 * (sum(map(len, fragments)) - len(fragments) * (15 + 4) - _chosen(fragments))
    entropy = -28_672 * (share * np.log2(share) + (1.0 - share) * np.log2(1.0 - share))
    assert index_bits <= 1.06 * entropy
