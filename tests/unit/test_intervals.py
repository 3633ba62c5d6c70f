from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.intervals import interval_of


@pytest.mark.parametrize("coherence_s", [0.1, 0.05, 0.003, 1.0, 0.7, 1e-4, 3.3])
def test_a_product_of_block_and_coherence_time_is_in_the_new_block(coherence_s: float) -> None:
    for block in [*range(-300, 300), 10**6 + 1, 10**9 + 7]:
        boundary_s = block * coherence_s
        assert interval_of(boundary_s, coherence_s) == block
        assert interval_of(math.nextafter(boundary_s, -math.inf), coherence_s) == block - 1


def test_boundaries_where_the_bare_quotient_errs() -> None:
    assert 0.1 * 3 > 0.3
    assert interval_of(0.1 * 3, 0.1) == 3
    assert interval_of(0.3, 0.1) == 2
    just_before_s = {k: math.nextafter(k * 0.7, 0.0) for k in range(1, 2000)}
    wrong = [k for k, t_s in just_before_s.items() if math.floor(t_s / 0.7) == k]
    assert wrong
    assert all(interval_of(just_before_s[k], 0.7) == k - 1 for k in wrong)


def test_every_time_lies_in_its_block() -> None:
    generator = np.random.default_rng(5)
    times_s, coherence_s = generator.uniform(-1e4, 1e5, 3000), generator.uniform(1e-3, 10.0, 3000)
    for t, length in zip(times_s.tolist(), coherence_s.tolist(), strict=True):
        block = interval_of(t, length)
        assert block * length <= t < (block + 1) * length
