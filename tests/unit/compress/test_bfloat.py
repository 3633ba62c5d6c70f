from __future__ import annotations

import numpy as np
import pytest

from wfsim.compress._numbers import FORMATS


def _there_and_back(values: list[float], seed: int | None = None) -> np.ndarray:
    draw = None if seed is None else np.random.default_rng(seed)
    packed = FORMATS["bf16"].pack(np.array(values, dtype=np.float32), draw)
    return FORMATS["bf16"].unpack(packed, 0, len(values))


@pytest.mark.parametrize(
    ("exact", "near"),
    [
        (1.0 + 2.0**-8, 1.0),  # halfway: the even neighbour, below
        (1.0 + 3 * 2.0**-8, 1.0 + 2.0**-6),  # halfway: the even neighbour, above
        (1.0 + 2.0**-8 + 2.0**-20, 1.0 + 2.0**-7),
        (-2.0 + 2.0**-9, -2.0),  # up into the next power of two
        (0.0, 0.0),
    ],
)
def test_halves_go_to_the_even_neighbour(exact: float, near: float) -> None:
    assert _there_and_back([exact]).tolist() == [near]


def test_bytes_are_the_upper_half_of_a_binary32() -> None:
    """-1.5 is 0xBFC0, low byte first."""
    assert FORMATS["bf16"].pack(np.array([-1.5], dtype=np.float32), None) == b"\xc0\xbf"


@pytest.mark.parametrize("seed", [None, 1])
def test_it_saturates_and_nan_stays(seed: int | None) -> None:
    largest = 2.0**128 - 2.0**120
    decoded = _there_and_back([np.inf, -np.inf, 3.4e38, np.nan], seed)
    assert decoded[:3].tolist() == [largest, -largest, largest] and np.isnan(decoded[3])


@pytest.mark.parametrize("exact", [1.0 + 2.0**-9, -3.0 - 2.0**-8, 1.999, 1e-39])
def test_at_random_the_mean_is_exact(exact: float) -> None:
    """Within 4.5 standard errors of 20,000 draws, across a power of two and below the normal numbers too."""
    drawn = _there_and_back([exact] * 20_000, seed=2).astype(np.float64)
    assert len(np.unique(drawn)) == 2
    assert abs(drawn.mean() - float(np.float32(exact))) < 4.5 * drawn.std() / np.sqrt(len(drawn))
