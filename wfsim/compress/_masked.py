"""Fragments of entries under a mask that a seed stands for: `header, values`, no positions."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.compress._numbers import FORMATS, TYPES, ValueType
from wfsim.compress._ranges import Range
from wfsim.messages import Values

MASKED = 5  # the format byte of these fragments
_HEADER = struct.Struct("<BBIIII")  # format, value type, seed, chosen entries of all, the first of them here, how many

Entries = NDArray[np.int64]


class Part(NamedTuple):
    """The chosen entries first ... first + count - 1 of `chosen` in all, in rising order."""

    seed: int
    chosen: int
    first: int
    count: int


def parts(seed: int, chosen: int, kind: ValueType, max_bytes: int) -> list[Part]:
    """What lies in which fragment. Raises ValueError where no entry fits."""
    room = _most(kind, max_bytes)
    return [Part(seed, chosen, first, min(room, chosen - first)) for first in range(0, chosen, room)]


def size_of(count: int, kind: ValueType) -> int:
    """Bytes of a fragment."""
    return _HEADER.size + FORMATS[kind].size(count)


def largest_count(room_bytes: int, kind: ValueType, max_bytes: int) -> int:
    """The most entries whose fragments take at most `room_bytes`. Raises ValueError where none fits `max_bytes`."""
    full = _most(kind, max_bytes)
    whole, left = divmod(max(room_bytes, 0), size_of(full, kind))
    return whole * full + max(FORMATS[kind].room(left - _HEADER.size), 0)


def pack(part: Part, kind: ValueType, values: Values, draw: np.random.Generator | None) -> bytes:
    """The fragment of a part; `values` are those of all chosen entries."""
    sent = values[part.first : part.first + part.count]
    return _HEADER.pack(MASKED, TYPES.index(kind), *part) + FORMATS[kind].pack(sent, draw)


def read_part(fragment: bytes) -> Part:
    """What a fragment carries."""
    return Part(*_HEADER.unpack_from(fragment)[2:])


def unpack(fragment: bytes, chosen: Entries, entries: int) -> Range:
    """What a fragment brings, once the mask is known: it speaks for all entries up to the next part's first."""
    _, number, _, count, first, here = _HEADER.unpack_from(fragment)
    last = first + here
    start, stop = int(chosen[first]) if first else 0, int(chosen[last]) if last < count else entries
    values = FORMATS[TYPES[number]].unpack(fragment, _HEADER.size, here)
    return Range(start, stop - start, chosen[first:last] - start, values)


def _most(kind: ValueType, max_bytes: int) -> int:
    count = FORMATS[kind].room(max_bytes - _HEADER.size)
    if count < 1:
        raise ValueError(f"max_bytes is {max_bytes}, and a fragment with one entry takes {size_of(1, kind)}")
    return count
