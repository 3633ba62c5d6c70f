from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from wfsim.compress import Source
from wfsim.compress.soft import Soft
from wfsim.errors import RunError
from wfsim.messages import Adapter, AdapterShapes, PairShape, Payload, TensorShape

_PAIRS = (PairShape("q", 6, 4), PairShape("v", 6, 4))
_SHAPES = AdapterShapes(rank=3, pairs=_PAIRS, dense=(TensorShape("head", (5,)),))
_FROZEN = AdapterShapes(rank=3, pairs=_PAIRS, dense=(TensorShape("head", (5,)),), factors="b")
_SIZES = [[2.0, 9.0, 5.0], [1.0, 6.0, 8.0]]  # of the ranks' deltas, a matrix a row


def _adapter(sizes: Sequence[Sequence[float]], shapes: AdapterShapes = _SHAPES, a: float = 1.0) -> Adapter:
    """Rank i of matrix m: b_i full of sizes[m][i], a_i full of `a`; a head of ones."""
    tensors = []
    for row in sizes:
        tensors += [np.full((3, 4), a), np.tile(row, (6, 1))]
    vector = np.concatenate([*(tensor.ravel() for tensor in tensors), np.ones(5)])
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def _encoded(codec: Soft, start: Adapter, max_bytes: int = 1472, shapes: AdapterShapes = _SHAPES) -> Payload:
    delta = _adapter(_SIZES, shapes)
    return codec.encode(delta, shapes, max_bytes, Source(start=start, generator=np.random.default_rng(1)))


def _ranks(codec: Soft, fragments: Sequence[bytes], shapes: AdapterShapes = _SHAPES) -> list[list[int]]:
    """Ranks of each matrix whose b_i came."""
    tensors = shapes.split(codec.decode(fragments, shapes)[0])
    return [np.flatnonzero(b[0]).tolist() for b in tensors[1:4:2]]


def _zeros() -> Adapter:
    return Adapter.from_vector(_SHAPES, np.zeros(_SHAPES.entries, dtype=np.float32))


def test_every_matrix_keeps_its_best_ranks() -> None:
    codec = Soft(keep=2)
    assert _ranks(codec, _encoded(codec, _zeros()).fragments) == [[1, 2], [1, 2]]


def test_over_all_matrices_the_best_pairs_stay() -> None:
    codec = Soft(keep=1, scope="global")
    assert _ranks(codec, _encoded(codec, _zeros()).fragments) == [[1], [2]]
    delta = _adapter([[2.0, 9.0, 5.0], [1.0, 1.0, 1.0]])
    payload = codec.encode(delta, _SHAPES, 1472, Source(start=_zeros(), generator=np.random.default_rng(1)))
    assert _ranks(codec, payload.fragments) == [[1, 2], []]


def test_the_change_ignores_what_was_large_before() -> None:
    """A huge first rank moves by 2 in b and not in a; by its norm it is the largest."""
    start = _adapter([[100.0, 0.0, 0.0], [100.0, 0.0, 0.0]], a=1.0)
    delta = _adapter(_SIZES, a=0.0)
    source = Source(start=start, generator=np.random.default_rng(1))
    by_score = {score: Soft(keep=1, score=score) for score in ("change", "factor_norm")}
    found = {s: _ranks(c, c.encode(delta, _SHAPES, 1472, source).fragments) for s, c in by_score.items()}
    assert found == {"change": [[1], [2]], "factor_norm": [[0], [0]]}


def test_the_head_comes_first_and_then_the_best_rank_of_every_matrix() -> None:
    """One pair fits a fragment: 4 + 1 + 2 + 4 + 6 + 4 + 4 = 25 bytes; the head has 4 + 10 + 4 + 5 = 23."""
    codec = Soft(keep=2)
    fragments = _encoded(codec, _zeros(), max_bytes=25).fragments
    assert [len(fragment) for fragment in fragments] == [23, 25, 25, 25, 25]
    assert codec.plan(_SHAPES, 25).fragment_entries == (5, 10, 10, 10, 10)
    arrived = [_ranks(codec, [fragment]) for fragment in fragments]
    assert arrived == [[[], []], [[1], []], [[], [2]], [[2], []], [[], [1]]]


def test_over_all_matrices_the_order_is_by_score() -> None:
    codec = Soft(keep=2, scope="global")
    fragments = _encoded(codec, _zeros(), max_bytes=25).fragments[1:]
    assert [_ranks(codec, [f]) for f in fragments] == [[[1], []], [[], [2]], [[], [1]], [[2], []]]
    assert codec.plan(_SHAPES, 25) is None


def test_a_fragment_tells_lost_pairs_from_pairs_never_chosen() -> None:
    codec = Soft(keep=2)
    fragments = _encoded(codec, _zeros(), max_bytes=25).fragments
    mask = _SHAPES.split(codec.decode([fragments[1]], _SHAPES)[1])
    assert mask[1][0].tolist() == [True, True, False] and mask[3][0].tolist() == [True, False, False]
    assert mask[0][:, 0].tolist() == [True, True, False] and mask[2][:, 0].tolist() == [True, False, False]
    assert not mask[4].any()
    assert not codec.decode([fragments[0]], _SHAPES)[1][: _SHAPES.offsets[4]].any()


def test_a_pair_larger_than_a_fragment_is_split() -> None:
    codec = Soft(keep=1, values="fp32")
    fragments = _encoded(codec, _zeros(), max_bytes=27).fragments
    parts = [f for f in fragments if f[0] == 3]
    assert [len(part) for part in parts] == [27, 19, 27, 27, 19, 27]  # 4, 2 and 4 values of each
    values, mask = codec.decode(parts[:2], _SHAPES)
    assert _SHAPES.split(values)[1][:, 1].tolist() == [9.0] * 6 and not _SHAPES.split(values)[0].any()
    assert _SHAPES.split(mask)[1][:, 1].all() and not _SHAPES.split(mask)[0][1].any()


def test_a_budget_is_used_up_and_the_cut_pair_counts_as_not_sent_where_it_ends() -> None:
    """Head 23, a fragment with the best pair 25; the rest holds 11 of header, a scale and 3 values."""
    codec = Soft(scope="global", budget_bytes=23 + 25 + 18)
    payload = _encoded(codec, _zeros())
    assert payload.size_bits == 8 * codec.budget_bytes
    values, mask = codec.decode(payload.fragments, _SHAPES)
    assert mask.all()
    b, a = _SHAPES.split(values)[3], _SHAPES.split(values)[2]
    assert b[:, 2].tolist() == [8.0, 8.0, 8.0, 0.0, 0.0, 0.0] and not a.any()
    without_the_cut = codec.decode(payload.fragments[:-1], _SHAPES)[1]
    assert not _SHAPES.split(without_the_cut)[3][:, 2].any()


def test_a_budget_below_the_head_is_an_error() -> None:
    codec = Soft(scope="global", budget_bytes=27)
    for action in (lambda: codec.plan(_SHAPES, 1472), lambda: _encoded(codec, _zeros())):
        with pytest.raises(RunError, match="budget_bytes is 27; the head alone takes 28"):
            action()


def test_frozen_factors_do_not_fly() -> None:
    codec = Soft(keep=1)
    payload = _encoded(codec, _zeros(), shapes=_FROZEN)
    assert len(payload.fragments[1]) == 4 + 1 + 2 * (2 + 4 + 6)
    values, mask = codec.decode(payload.fragments, _FROZEN)
    assert np.array_equal(mask, _FROZEN.trained) and _ranks(codec, payload.fragments, _FROZEN) == [[1], [2]]
    assert not values[~_FROZEN.trained].any()


def _dropped(**fields: Any) -> NDArray[np.float64]:
    return Soft(**fields).dropped_energy(
        _adapter(_SIZES), _SHAPES, Source(start=_zeros(), generator=np.random.default_rng(1))
    )


def test_dropped_energy_by_hand() -> None:
    """Squared scores are proportional to 4, 81, 25 and 1, 36, 64: sum 211."""
    assert _dropped() == pytest.approx([66 / 211, 5 / 211, 0.0])
    assert _dropped(scope="global") == pytest.approx([66 / 211, 5 / 211, 0.0])


def test_dropped_energy_over_all_matrices_takes_the_best_of_all() -> None:
    delta = _adapter([[2.0, 9.0, 5.0], [1.0, 1.0, 1.0]])
    source = Source(start=_zeros(), generator=np.random.default_rng(1))
    found = [Soft(scope=scope).dropped_energy(delta, _SHAPES, source) for scope in ("matrix", "global")]
    assert found[0] == pytest.approx([31 / 113, 5 / 113, 0.0]) and found[1] == pytest.approx([7 / 113, 2 / 113, 0.0])


def test_an_update_of_zeros_drops_nothing() -> None:
    source = Source(start=_adapter(_SIZES), generator=np.random.default_rng(1))
    assert Soft().dropped_energy(_zeros(), _SHAPES, source).tolist() == [0.0, 0.0, 0.0]


def test_a_rank_that_diverged_is_sent() -> None:
    codec, delta = Soft(keep=1), _adapter([[2.0, 9.0, np.nan], [1.0, 6.0, 8.0]])
    source = Source(start=_zeros(), generator=np.random.default_rng(1))
    decoded = codec.decode(codec.encode(delta, _SHAPES, 1472, source).fragments, _SHAPES)[0]
    assert np.isnan(_SHAPES.split(decoded)[1][:, 2]).all()
    assert np.isfinite(codec.dropped_energy(delta, _SHAPES, source)).all()


def test_a_grant_replaces_keep_and_budget() -> None:
    assert Soft().keeping(2) == Soft(keep=2) and not Soft().fixed
    granted = Soft(scope="global", budget_bytes=900).keeping(2)
    assert (granted.keep, granted.budget_bytes) == (2, None)
    assert Soft(keep=1).fixed and Soft(scope="global", budget_bytes=900).fixed


@pytest.mark.parametrize(
    "fields", [{"keep": 1, "budget_bytes": 9, "scope": "global"}, {"budget_bytes": 900}, {"keep": 0}, {"score": "norm"}]
)
def test_settings_that_contradict_each_other_are_errors(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Soft(**fields)


def test_fragments_of_another_codec_are_refused() -> None:
    fragment = _encoded(Soft(), _zeros()).fragments[-1]
    with pytest.raises(ValueError, match="not a fragment of this codec"):
        Soft().decode([bytes([9]) + fragment[1:]], _SHAPES)
