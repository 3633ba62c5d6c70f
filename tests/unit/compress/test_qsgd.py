from __future__ import annotations

import numpy as np
import pytest

from wfsim.compress import Source
from wfsim.compress._levels import NormLevels
from wfsim.compress.qsgd import Qsgd
from wfsim.messages import Adapter, AdapterShapes, TensorShape

_HEAD = AdapterShapes(rank=1, pairs=(), dense=(TensorShape("head", (1000,)),))


@pytest.mark.parametrize(("levels", "bits"), [(1, 2), (2, 3), (3, 3), (4, 4), (7, 4), (127, 8), (128, 9)])
def test_size_law(levels: int, bits: int) -> None:
    """1,000 entries in 2 buckets of 512: 8 bytes of norms and the codes; 15 bytes of header of fragment and run."""
    assert NormLevels(levels, 512).size(1000) == 8 + 1000 * bits // 8 + (1000 * bits % 8 > 0)
    plan = Qsgd(levels=levels).plan(_HEAD, 65_000)
    assert plan.size_bits == 8 * (4 + 10 + NormLevels(levels, 512).size(1000))


@pytest.mark.parametrize("levels", [1, 2, 7])
@pytest.mark.parametrize("bucket", [1, 5, 64])
def test_room_is_the_largest_count_that_fits(levels: int, bucket: int) -> None:
    numbers = NormLevels(levels, bucket)
    for size in range(40):
        count = numbers.room(size)
        assert numbers.size(count) <= size < numbers.size(count + 1)


def test_values_are_levels_of_their_buckets_norm() -> None:
    """Norms 5 and 13 of (3, 4) and (5, -12): multiples of 5/2 and 13/2, at most a level away."""
    numbers, exact = NormLevels(2, 2), np.array([3.0, 4.0, 5.0, -12.0], dtype=np.float32)
    for seed in range(30):
        decoded = numbers.unpack(b"x" + numbers.pack(exact, np.random.default_rng(seed)), 1, 4)
        steps = decoded / [2.5, 2.5, 6.5, 6.5]
        assert np.array_equal(steps, np.rint(steps)) and (np.abs(steps - exact / [2.5, 2.5, 6.5, 6.5]) < 1.0).all()


@pytest.mark.parametrize(("levels", "bucket"), [(1, 16), (4, 64), (7, 512)])
def test_mean_is_exact_and_variance_within_the_papers_bound(levels: int, bucket: int) -> None:
    """E||Q(x) - x||^2 <= min(d / s^2, sqrt(d) / s) ||x||^2, Alistarh et al. 2017, Lemma 3.1."""
    generator = np.random.default_rng(3)
    exact = generator.standard_normal(bucket).astype(np.float32)
    numbers = NormLevels(levels, bucket)
    drawn = np.array([numbers.unpack(numbers.pack(exact, generator), 0, bucket) for _ in range(2000)])
    error = np.abs(drawn.mean(axis=0, dtype=np.float64) - exact)
    assert (error <= 4.5 * drawn.std(axis=0, dtype=np.float64) / np.sqrt(len(drawn)) + 1e-6).all()
    variance = ((drawn - exact) ** 2).sum(axis=1).mean() / (exact.astype(np.float64) ** 2).sum()
    bound = min(bucket / levels**2, np.sqrt(bucket) / levels)
    assert 0.2 * bound < variance <= bound


def test_what_is_not_finite_comes_back_as_nan_and_spoils_nothing_else() -> None:
    numbers = NormLevels(1, 8)
    exact = np.array([np.nan, 2.0, np.inf, 0.0, -np.inf], dtype=np.float32)
    decoded = numbers.unpack(numbers.pack(exact, np.random.default_rng(1)), 0, 5)
    assert np.isnan(decoded).tolist() == [True, False, True, False, True] and decoded[[1, 3]].tolist() == [2.0, 0.0]


def test_another_seed_draws_other_levels_and_none_is_an_error() -> None:
    adapter = Adapter.from_vector(_HEAD, np.linspace(-1, 1, 1000, dtype=np.float32))
    sources = [Source(start=adapter, generator=np.random.default_rng(seed)) for seed in (1, 1, 2)]
    sent = [Qsgd().encode(adapter, _HEAD, 1472, source).fragments for source in sources]
    assert sent[0] == sent[1] != sent[2]
    with pytest.raises(ValueError, match="at random"):
        NormLevels(7, 64).pack(np.ones(3, dtype=np.float32), None)
