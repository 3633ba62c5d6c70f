from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfsim.compress._index import pack_positions, running_bits, unpack_positions

_positions = st.sets(st.integers(0, 3000), max_size=200).map(lambda chosen: np.array(sorted(chosen), dtype=np.int64))


@settings(max_examples=200, deadline=None)
@given(positions=_positions, parameter=st.integers(0, 14))
def test_positions_come_back(positions: np.ndarray, parameter: int) -> None:
    data = pack_positions(positions, parameter)
    assert unpack_positions(data, parameter, len(positions)).tolist() == positions.tolist()


@settings(max_examples=200, deadline=None)
@given(positions=_positions.filter(len), data=st.data())
def test_running_bits_are_those_of_real_bytes(positions: np.ndarray, data: st.DataObject) -> None:
    table = running_bits(positions)
    count = data.draw(st.integers(1, len(positions)))
    for parameter, row in enumerate(table):
        assert len(pack_positions(positions[:count], parameter)) == -(-int(row[count - 1]) // 8)


@settings(max_examples=100, deadline=None)
@given(positions=_positions.filter(len))
def test_no_parameter_beyond_the_table_is_shorter(positions: np.ndarray) -> None:
    table = running_bits(positions)
    gaps = np.diff(positions, prepend=-1) - 1
    beyond = [int(((gaps >> m) + m + 1).sum()) for m in range(len(table), 20)]
    assert min(beyond) >= table[:, -1].min()


def test_a_code_by_hand() -> None:
    """Gaps 2, 0, 5 at m = 1: 01 1 001, low bits 0 0 1."""
    assert pack_positions(np.array([2, 3, 9]), 1) == bytes([0b01100100, 0b10000000])


def test_parameter_0_is_the_bitmap() -> None:
    assert pack_positions(np.array([2, 3, 9]), 0) == bytes([0b00110000, 0b01000000])


@pytest.mark.parametrize("share", [0.5, 0.2, 0.1, 0.02, 0.003])
def test_random_positions_take_at_most_5_percent_more_than_their_entropy(share: float) -> None:
    """And not less: n h(p) bits, h the binary entropy; the number chosen varies by 1 % at most here."""
    entries = 200_000
    chosen = np.random.default_rng(3).permutation(entries)[: int(share * entries)]
    entropy = -entries * (share * np.log2(share) + (1.0 - share) * np.log2(1.0 - share))
    bits = running_bits(np.sort(chosen))[:, -1].min()
    assert 0.99 * entropy <= bits <= 1.05 * entropy


@pytest.mark.parametrize(("share", "bitmap"), [(0.9, True), (0.5, True), (0.1, False), (0.01, False)])
def test_the_bitmap_wins_where_many_are_chosen(share: float, bitmap: bool) -> None:
    chosen = np.random.default_rng(4).permutation(20_000)[: int(share * 20_000)]
    assert (running_bits(np.sort(chosen))[:, -1].argmin() == 0) is np.bool_(bitmap)
