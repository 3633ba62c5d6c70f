from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from wfsim.compress import Source
from wfsim.compress.random_ranks import RandomRanks
from wfsim.messages import Adapter, AdapterShapes, PairShape

_SHAPES = AdapterShapes(rank=4, pairs=(PairShape("q", 6, 5), PairShape("v", 3, 4)), dense=())
_ONES = Adapter.from_vector(_SHAPES, np.ones(_SHAPES.entries, dtype=np.float32))


def _decoded(codec: RandomRanks, seed: int) -> list[NDArray[np.float32]]:
    payload = codec.encode(_ONES, _SHAPES, 1472, Source(start=_ONES, generator=np.random.default_rng(seed)))
    return _SHAPES.split(codec.decode(payload.fragments, _SHAPES)[0])


def test_every_matrix_keeps_as_many_pairs_drawn_each_time_anew() -> None:
    draws = [_decoded(RandomRanks(keep=3, values="fp32"), seed) for seed in range(30)]
    for a, b in (draw[2 * m : 2 * m + 2] for draw in draws for m in (0, 1)):
        kept = b[0] != 0.0
        assert kept.sum() == 3 and (b == kept).all() and (a == kept[:, None]).all()
    chosen = {(*draw[1][0], *draw[3][0]) for draw in draws}
    assert len(chosen) > 8  # of 4 x 4: matrices draw for themselves


def test_unbiased_multiplies_by_rank_over_keep() -> None:
    decoded = _decoded(RandomRanks(keep=3, values="fp32", unbiased=True), 1)[1]
    assert set(decoded.ravel().tolist()) == {0.0, float(np.float32(4 / 3))}
    assert (_decoded(RandomRanks(values="fp32", unbiased=True), 1)[1] == 1.0).all()


def test_a_budget_is_spent_on_pairs_of_all_matrices() -> None:
    codec = RandomRanks(budget_bytes=100, values="fp32")
    sizes = {codec.encode(_ONES, _SHAPES, 1472, Source(start=_ONES, generator=g)).size_bits for g in _generators()}
    assert max(sizes) == 800 and min(sizes) > 8 * 84 and codec.plan(_SHAPES, 1472) is None


def _generators() -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(10)]


def test_the_mean_dropped_energy_is_known_beforehand() -> None:
    source = Source(start=_ONES, generator=np.random.default_rng(1))
    assert RandomRanks().dropped_energy(_ONES, _SHAPES, source).tolist() == [0.75, 0.5, 0.25, 0.0]


def test_unbiased_with_a_budget_is_an_error() -> None:
    with pytest.raises(ValidationError, match="unbiased needs keep"):
        RandomRanks(budget_bytes=100, unbiased=True)
