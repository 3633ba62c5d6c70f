from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfsim.compress._numbers import TYPES
from wfsim.compress._ranges import Range, divide, largest_count, pack_range, unpack_range


def _drawn(seed: int, count: int, among: int) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).choice(among, min(count, among), replace=False))


_positions = st.builds(_drawn, st.integers(0, 2**32 - 1), st.integers(1, 400), st.sampled_from([400, 1000, 5000]))


def _fragments(positions: np.ndarray, kind: str, max_bytes: int) -> list[bytes]:
    division = divide(positions, kind, max_bytes)
    pieces = []
    for first, last, parameter in zip(division.stops, division.stops[1:], division.parameters):
        start = int(positions[first]) if first else 0
        values = np.ones(last - first, dtype=np.float32)
        content = Range(start, 6000, positions[first:last] - start, values)
        pieces.append(pack_range(content, int(parameter), kind, None))
    return pieces


@settings(max_examples=150, deadline=None)
@given(positions=_positions, kind=st.sampled_from(TYPES), max_bytes=st.sampled_from([32, 60, 100, 400]))
def test_sizes_are_those_of_real_bytes_and_every_position_flies_once(
    positions: np.ndarray, kind: str, max_bytes: int
) -> None:
    fragments = _fragments(positions, kind, max_bytes)
    assert [len(fragment) for fragment in fragments] == divide(positions, kind, max_bytes).fragment_bytes.tolist()
    assert max(map(len, fragments)) <= max_bytes
    contents = [unpack_range(fragment) for fragment in fragments]
    assert np.concatenate([c.start + c.positions for c in contents]).tolist() == positions.tolist()


@settings(max_examples=60, deadline=None)
@given(positions=_positions, kind=st.sampled_from(TYPES), max_bytes=st.sampled_from([30, 40]))
def test_every_fragment_is_filled(positions: np.ndarray, kind: str, max_bytes: int) -> None:
    """The next chosen entry would not have fitted, whatever the parameter, by packing."""
    stops = divide(positions, kind, max_bytes).stops
    for first, last in pairwise(stops[:-1]):
        inside = positions[first : last + 1] - (positions[first] if first else 0)
        content = Range(0, 6000, inside, np.ones(len(inside), dtype=np.float32))
        assert min(len(pack_range(content, parameter, kind, None)) for parameter in range(13)) > max_bytes


def test_a_fragment_that_holds_no_entry_is_an_error() -> None:
    """15 of header, 4 of the value and 1 of the index."""
    assert divide(np.arange(1), "fp32", 20).fragment_bytes.tolist() == [20]
    with pytest.raises(ValueError, match="max_bytes is 19"):
        divide(np.arange(1), "fp32", 19)


def test_another_kind_of_fragment_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a fragment of a range: format 1"):
        unpack_range(bytes([1]) + bytes(20))


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("room", [0, 1, 7, 100, 5_000, 10**6])
@pytest.mark.parametrize("per_entry", [lambda k: 5 * k, lambda k: k + 20 * (k // 60), lambda k: 9 * k - k**2 // 5000])
def test_the_largest_count_fits_and_one_more_does_not(per_entry: Callable[[int], int], room: int, kind: str) -> None:
    """Sizes of at least an entry's values and a bit."""
    bits = {"fp32": 32, "fp16": 16, "int8": 8, "int4": 4, "bf16": 16, "sign": 1}[kind]
    asked: list[int] = []

    def size(count: int) -> int:
        asked.append(count)
        return -(-count * (bits + 1) // 8) + per_entry(count)

    count = largest_count(size, room, 4000, kind)
    assert 0 <= count <= 4000 and (count == 0 or size(count) <= room)
    assert count == 4000 or size(count + 1) > room
    assert len(asked) < 25
