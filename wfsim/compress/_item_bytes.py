"""Fragments of items <-> bytes: header, flags, numbers of the items, then their pieces."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.compress._items import LAST_PART, NUMBER, PART, PREFIX, RANGE, WHOLE, Content, Wire
from wfsim.compress._numbers import FORMATS, TYPES, NumberFormat
from wfsim.messages import Values

Flags = NDArray[np.bool_]


class Segment(NamedTuple):
    """Values [n] of an item, and the companions [companions] without which no piece of them decodes."""

    values: Values
    companions: Values


class Piece(NamedTuple):
    """What arrived of a segment: values from `start` on; `last` where what follows in the item was not sent."""

    item: int
    segment: int
    start: int
    values: Values
    companions: Values
    last: bool = False


Segments = Callable[[int], Sequence[Segment]]


def pack(content: Content, wire: Wire, flags: Flags, segments: Segments, draw: np.random.Generator | None) -> bytes:
    """A fragment; `segments(item)` are an item's values, `draw` rounds at random."""
    packed_flags = np.packbits(flags, bitorder="little").tobytes()
    type_byte = wire.family << 4 | TYPES.index(wire.kind)
    if content.form == WHOLE:
        parts = [PREFIX.pack(WHOLE, type_byte, len(content.items)), packed_flags]
        parts += [NUMBER.pack(item) for item in content.items]
        pieces = [segment for item in content.items for segment in segments(item)]
    else:
        item = content.items[0]
        parts = [PREFIX.pack(content.form, type_byte, item), packed_flags, RANGE.pack(content.start, content.count)]
        pieces = [_part(content, wire, segments(item))]
    arrays = [array for piece in pieces for array in (piece.companions, piece.values) if len(array)]
    return b"".join([*parts, wire.numbers.pack_all(arrays, draw) if arrays else b""])


def read_flags(fragment: bytes, wire: Wire) -> Flags:
    """What was chosen. Raises ValueError for a fragment of another codec."""
    form, type_byte, _ = PREFIX.unpack_from(fragment)
    if form not in (WHOLE, PART, LAST_PART) or type_byte >> 4 != wire.family or type_byte & 15 >= len(TYPES):
        raise ValueError(f"not a fragment of this codec: format {form}, type {type_byte}")
    packed = np.frombuffer(fragment, dtype=np.uint8, count=wire.flag_bytes, offset=PREFIX.size)
    return np.unpackbits(packed, count=wire.flags, bitorder="little").astype(bool)


def read_pieces(fragment: bytes, wire: Wire) -> list[Piece]:
    """All pieces of a fragment."""
    form, type_byte, number = PREFIX.unpack_from(fragment)
    numbers, at = FORMATS[TYPES[type_byte & 15]], wire.prefix_bytes
    if form == WHOLE:
        items = struct.unpack_from(f"<{number}H", fragment, at)
        return list(_read(fragment, at + number * NUMBER.size, numbers, wire, _whole(items, wire)))
    start, count = RANGE.unpack_from(fragment, at)
    segment, place = segment_at(wire, number, start)
    part = _Lie(number, segment, place, count, form == LAST_PART)
    return list(_read(fragment, at + RANGE.size, numbers, wire, [part]))


def segment_at(wire: Wire, item: int, start: int) -> tuple[int, int]:
    """The segment that holds an item's value, and the value's place in it."""
    return next((i, start - low) for i, (low, high) in enumerate(wire.spans(item)) if low <= start < high)


def _part(content: Content, wire: Wire, segments: Sequence[Segment]) -> Segment:
    index, start = segment_at(wire, content.items[0], content.start)
    return Segment(segments[index].values[start : start + content.count], segments[index].companions)


class _Lie(NamedTuple):
    """Where a piece belongs, and its length."""

    item: int
    segment: int
    start: int
    count: int
    last: bool = False


def _whole(items: Sequence[int], wire: Wire) -> list[_Lie]:
    return [_Lie(item, i, 0, count) for item in items for i, count in enumerate(wire.segments(item))]


def _read(fragment: bytes, at: int, numbers: NumberFormat, wire: Wire, lies: Sequence[_Lie]) -> Iterator[Piece]:
    counts = [count for lie in lies for count in (wire.companions, lie.count) if count]
    arrays = iter(numbers.unpack_all(fragment, at, counts) if counts else [])
    for lie in lies:
        companions = next(arrays) if wire.companions else np.zeros(0, dtype=np.float32)
        yield Piece(lie.item, lie.segment, lie.start, next(arrays), companions, lie.last)
