"""Dividing chosen entries into ranges, each of which fills one fragment: `header, index, values`.

A range begins with a chosen entry (the first one at 0) and ends before the next range, so that every entry lies in
one range and what was not chosen between two ranges costs nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.compress._index import Positions, pack_positions, running_bits, unpack_positions
from wfsim.compress._numbers import FORMATS, TYPES, ValueType
from wfsim.messages import Values

RANGE = 3  # the format byte of these fragments
_HEADER = struct.Struct("<BBBIII")  # format, value type, Rice parameter, first entry, entries, chosen entries


class Division(NamedTuple):
    """Range f holds the chosen entries stops[f] ... stops[f + 1] - 1, its index has this parameter, its fragment these
    bytes."""

    stops: NDArray[np.int64]
    parameters: NDArray[np.int64]
    fragment_bytes: NDArray[np.int64]


class Range(NamedTuple):
    """What a fragment speaks for, [start, start + length), and what it carries: where in it, and values."""

    start: int
    length: int
    positions: Positions
    values: Values


def divide(positions: Positions, kind: ValueType, max_bytes: int) -> Division:
    """Ranges of chosen entries (ascending positions) as long as `max_bytes` allows, sizes exact without packing.

    Raises ValueError where not even one entry fits.
    """
    sizes, stops = _Sizes(running_bits(positions), kind), [0]
    while stops[-1] < len(positions):
        stops.append(sizes.fullest(stops[-1], max_bytes))
        if stops[-1] <= stops[-2]:
            raise ValueError(f"max_bytes is {max_bytes}, and a fragment with one entry takes more")
    edges = np.array(stops)
    return Division(edges, sizes.index_bits(edges).argmin(axis=0), sizes.fragment_bytes(edges))


def largest_count(size: Callable[[int], int], room: int, most: int, kind: ValueType) -> int:
    """A count <= `most` whose size fits into `room` while one more does not; 0 where 1 does not fit.

    False position with halved ends (Dowell and Jarratt 1971): sizes grow almost in proportion, so few are asked for.
    """
    low, high = 0, min(most, max(8 * room // (_entry_bits(kind) + 1), 0)) + 1  # an index takes a bit per entry or more
    under, over, went_up = float(room), room / 4.0, None
    while high - low > 1:
        trial = min(max(low + int((high - low) * under / (under + over)), low + 1), high - 1)
        left = room - size(trial)
        fits = left >= 0
        if fits:
            low, under, over = trial, left, over / 2.0 if went_up else over
        else:
            high, over, under = trial, -left, under / 2.0 if went_up is False else under
        went_up = fits
    return low


def pack_range(content: Range, parameter: int, kind: ValueType, draw: np.random.Generator | None) -> bytes:
    """The fragment of a range; `draw` rounds at random."""
    head = (RANGE, TYPES.index(kind), parameter, content.start, content.length, len(content.positions))
    index = pack_positions(content.positions, parameter)
    return _HEADER.pack(*head) + index + FORMATS[kind].pack(content.values, draw)


def unpack_range(fragment: bytes) -> Range:
    """The inverse of `pack_range`. Raises ValueError for another kind of fragment."""
    form, type_id, parameter, start, length, count = _HEADER.unpack_from(fragment)
    if form != RANGE or type_id >= len(TYPES):
        raise ValueError(f"not a fragment of a range: format {form}, type {type_id}")
    numbers = FORMATS[TYPES[type_id]]
    values_at = len(fragment) - numbers.size(count)
    positions = unpack_positions(fragment[_HEADER.size : values_at], parameter, count)
    return Range(start, length, positions, numbers.unpack(fragment, values_at, count))


def _entry_bits(kind: ValueType) -> int:
    return FORMATS[kind].size(8) - FORMATS[kind].size(0)


class _Sizes:
    """Sizes of fragments from running sums. `stops` are a `Division`'s."""

    def __init__(self, index: NDArray[np.int64], kind: ValueType) -> None:
        parameters, count = index.shape
        self._index, self._entry_bits = index, _entry_bits(kind)
        self._filled = index + self._entry_bits * np.arange(1, count + 1)
        self._first = np.arange(1, parameters + 1)  # bits of an entry with which its range begins
        self._fixed_bytes = _HEADER.size + FORMATS[kind].size(0)

    def index_bits(self, stops: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bits of every index under every parameter, [parameters, ranges]."""
        begun = np.where(stops[:-1] > 0, self._index[:, stops[:-1]] - self._first[:, None], 0)
        return self._index[:, stops[1:] - 1] - begun

    def fragment_bytes(self, stops: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bytes under the shortest parameter: index and values each fill whole bytes."""
        values = -(-self._entry_bits * np.diff(stops) // 8)
        return self._fixed_bytes - (-self.index_bits(stops).min(axis=0) // 8) + values

    def fullest(self, start: int, max_bytes: int) -> int:
        """Where a fragment that begins with chosen entry `start` has to stop."""
        begun = self._filled[:, start] - self._first - self._entry_bits if start else np.zeros_like(self._first)
        limits = begun + 8 * (max_bytes - self._fixed_bytes)
        stop = max(int(row.searchsorted(limit, side="right")) for row, limit in zip(self._filled, limits, strict=True))
        while stop > start and self.fragment_bytes(np.array([start, stop]))[0] > max_bytes:
            stop -= 1  # index and values each fill whole bytes, so that a few bits may be too many
        return stop
