from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.compress._numbers import FORMATS

_LARGEST = {"int8": 127, "int4": 7}
_integers = pytest.mark.parametrize("kind", _LARGEST)


def _there_and_back(kind: str, values: list[float] | NDArray, seed: int | None = None) -> NDArray[np.float32]:
    numbers, draw = FORMATS[kind], None if seed is None else np.random.default_rng(seed)
    packed = numbers.pack(np.array(values, dtype=np.float32), draw)
    assert len(packed) == numbers.size(len(values))
    return numbers.unpack(b"ab" + packed + b"c", 2, len(values))


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("fp32", (4, 20)),
        ("fp16", (2, 10)),
        ("bf16", (2, 10)),
        ("int8", (5, 9)),
        ("int4", (5, 7)),
        ("sign", (5, 5)),
    ],
)
def test_sizes_of_one_and_five_values(kind: str, sizes: tuple[int, int]) -> None:
    """Integers and signs begin with a scale of 4 bytes; two of 4 bits share a byte, and eight signs."""
    assert (FORMATS[kind].size(1), FORMATS[kind].size(5)) == sizes


@pytest.mark.parametrize("kind", FORMATS)
def test_room_is_the_largest_count_that_fits(kind: str) -> None:
    numbers = FORMATS[kind]
    for size in range(1, 40):
        count = numbers.room(size)
        assert numbers.size(count + 1) > size and (count < 1 or numbers.size(count) <= size)


@_integers
def test_halves_go_to_the_even_neighbour(kind: str) -> None:
    """Scale 1."""
    largest = float(_LARGEST[kind])
    values = [largest, 0.5, 1.5, -2.5, 0.49, -largest]
    assert _there_and_back(kind, values).tolist() == [largest, 0.0, 2.0, -2.0, 0.0, -largest]


@_integers
def test_every_code_survives(kind: str) -> None:
    codes = np.arange(-_LARGEST[kind], _LARGEST[kind] + 1)
    assert _there_and_back(kind, codes).tolist() == codes.tolist()


@_integers
def test_zeros_are_zero(kind: str) -> None:
    assert _there_and_back(kind, [0.0, -0.0, 0.0]).tolist() == [0.0, 0.0, 0.0]


@_integers
@pytest.mark.parametrize("tiny", [1e-45, 8e-38])
def test_numbers_too_small_for_a_full_scale_are_zero(kind: str, tiny: float) -> None:
    assert _there_and_back(kind, [tiny, -tiny]).tolist() == [0.0, 0.0]


@_integers
@pytest.mark.parametrize("seed", [None, 1])
def test_the_largest_numbers_survive(kind: str, seed: int | None) -> None:
    largest = float(np.finfo(np.float32).max)
    assert _there_and_back(kind, [largest, -largest, 0.0], seed) == pytest.approx([largest, -largest, 0.0], rel=1e-6)


@_integers
@pytest.mark.parametrize("seed", [None, 1])
def test_what_is_not_finite_comes_back_as_nan_and_spoils_nothing_else(kind: str, seed: int | None) -> None:
    decoded = _there_and_back(kind, [np.nan, 1.0, np.inf, -np.inf, -1.0], seed)
    assert np.isnan(decoded).tolist() == [True, False, True, True, False]
    assert decoded[[1, 4]] == pytest.approx([1.0, -1.0], rel=1e-6)
    assert np.isnan(_there_and_back(kind, [np.inf, np.nan], seed)).all()


@pytest.mark.parametrize("kind", ["fp16", "bf16", "int8", "int4"])
def test_rounding_at_random_gives_one_of_the_two_neighbours(kind: str) -> None:
    values = np.random.default_rng(1).standard_normal(500).astype(np.float32)
    relative = {"fp16": 2.0**-10, "bf16": 2.0**-7}
    step = relative[kind] * np.abs(values) if kind in relative else np.abs(values).max() / _LARGEST[kind]
    drawn = _there_and_back(kind, values, seed=2)
    assert (np.abs(drawn - values) <= 1.0001 * step).all()
    assert (drawn != _there_and_back(kind, values)).mean() > 0.2


@pytest.mark.parametrize(("kind", "large"), [("fp32", np.inf), ("fp16", 65_504.0), ("bf16", 2.0**127)])
def test_floats_that_are_exact_stay_exact_at_random(kind: str, large: float) -> None:
    values = [1.0, -0.5, 0.0, 3.25, large]
    assert _there_and_back(kind, values, seed=1).tolist() == values
    assert np.isnan(_there_and_back(kind, [np.nan], seed=1)).all()
