"""Codecs that keep single entries, against what they are optimal or unbiased for."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from wfsim.compress import Codec, Source
from wfsim.compress.fedsrd import FedSrd
from wfsim.compress.random_k import RandomK
from wfsim.compress.top_k import TopK
from wfsim.messages import Adapter, AdapterShapes, PairShape

_TINY = AdapterShapes(rank=2, pairs=(PairShape("q", 3, 2), PairShape("v", 2, 2)), dense=())
_SHAPES = AdapterShapes(rank=4, pairs=(PairShape("q", 16, 12), PairShape("v", 10, 20)), dense=())


def _adapter(shapes: AdapterShapes, seed: int) -> Adapter:
    return Adapter.from_vector(shapes, np.random.default_rng(seed).standard_normal(shapes.entries).astype(np.float32))


def _decoded(codec: Codec, delta: Adapter, shapes: AdapterShapes, start: Adapter, seed: int = 0) -> np.ndarray:
    source = Source(start=start, generator=np.random.default_rng(seed))
    return codec.decode(codec.encode(delta, shapes, 1472, source).fragments, shapes)[0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [1, 4, 9])
def test_no_other_k_entries_leave_a_smaller_squared_error(seed: int, count: int) -> None:
    """All C(18, k) choices."""
    delta = _adapter(_TINY, seed)
    exact = delta.vector().astype(np.float64)
    kept = _decoded(TopK(keep_share=count / _TINY.entries, values="fp32"), delta, _TINY, delta)
    assert np.count_nonzero(kept) == count
    energy = exact**2
    best = min(energy.sum() - energy[list(choice)].sum() for choice in combinations(range(_TINY.entries), count))
    assert ((kept - exact) ** 2).sum() == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("values", ["fp32", "int4"])
def test_random_k_is_unbiased(values: str) -> None:
    """Over 1,000 draws, the mean's projection on the exact vector and 100 random ones; integers rounded at random."""
    delta, draws = _adapter(_SHAPES, 1), 1_000
    exact = delta.vector()
    codec = RandomK(keep_share=0.25, values=values, rounding="stochastic", unbiased=True)
    sent = np.array([_decoded(codec, delta, _SHAPES, delta, seed) for seed in range(draws)], dtype=np.float64)
    directions = np.column_stack([exact, np.random.default_rng(6).standard_normal((_SHAPES.entries, 100))])
    errors = (sent @ directions).std(axis=0, ddof=1) / np.sqrt(draws)
    assert (np.abs((sent.mean(axis=0) - exact) @ directions) < 4.5 * errors).all()


def test_random_k_chooses_every_entry_equally_often() -> None:
    """k/n of the draws, within 4.5 standard errors of a binomial share."""
    delta, draws, share = _adapter(_SHAPES, 1), 1_000, 0.25
    codec = RandomK(keep_share=share, values="fp32")
    chosen = np.mean([_decoded(codec, delta, _SHAPES, delta, seed) != 0.0 for seed in range(draws)], axis=0)
    assert np.abs(chosen - share).max() < 4.5 * np.sqrt(share * (1.0 - share) / draws)


def test_random_k_without_scaling_sends_the_values_themselves() -> None:
    delta = _adapter(_SHAPES, 1)
    kept = _decoded(RandomK(keep_share=0.25, values="fp32"), delta, _SHAPES, delta)
    assert np.array_equal(kept[kept != 0.0], delta.vector()[kept != 0.0])


def test_fedsrd_scores_are_how_far_an_entry_alone_moves_the_product() -> None:
    """Frobenius norms of dB A and B' dA with a single entry of dB or dA left, by the full product."""
    delta, start = _adapter(_SHAPES, 2), _adapter(_SHAPES, 3)
    scores = FedSrd()._scores(delta, _SHAPES, Source(start=start, generator=np.random.default_rng(0)))
    exact = delta.vector()
    for entry in range(_SHAPES.entries):
        alone = np.zeros_like(exact)
        alone[entry] = exact[entry]
        moved = [_first_order(d, start.pairs[name], delta.pairs[name].b) for name, d in _pairs(alone)]
        assert scores[entry] == pytest.approx(np.sqrt(sum((m**2).sum() for m in moved)), rel=1e-5)


def test_the_two_parts_that_fedsrd_scores_are_the_whole_change() -> None:
    """B' A' - B A = dB A + B' dA."""
    delta, start = _adapter(_SHAPES, 2), _adapter(_SHAPES, 3)
    for name, d in delta.pairs.items():
        a, b = start.pairs[name]
        change = (b + d.b) @ (a + d.a) - b @ a
        assert _first_order(d, start.pairs[name], d.b) == pytest.approx(change, abs=1e-5)


def test_fedsrd_keeps_other_entries_than_top_k() -> None:
    delta, start = _adapter(_SHAPES, 2), _adapter(_SHAPES, 3)
    kept = [_decoded(kind(keep_share=0.2, values="fp32"), delta, _SHAPES, start) != 0.0 for kind in (TopK, FedSrd)]
    assert kept[0].sum() == kept[1].sum() and (kept[0] != kept[1]).any()


def _pairs(vector: np.ndarray):
    return Adapter.from_vector(_SHAPES, vector).pairs.items()


def _first_order(delta, start, whole_db: np.ndarray) -> np.ndarray:
    return delta.b @ start.a + (start.b + whole_db) @ delta.a
