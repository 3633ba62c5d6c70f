"""Fragments of runs: consecutive entries of tensors. How `dense` sends everything and other codecs the head."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.compress._numbers import FORMATS, TYPES, ValueType
from wfsim.messages import AdapterShapes, Values

RUNS = 1  # the format byte of these fragments
_FRAGMENT = struct.Struct("<BBH")  # format, value type, number of runs
_RUN = struct.Struct("<HII")  # tensor, first entry, number of entries


class Run(NamedTuple):
    """Consecutive entries of one tensor inside one fragment."""

    tensor: int
    start: int
    count: int


def lay_out(tensors: Iterable[int], shapes: AdapterShapes, kind: ValueType, max_bytes: int) -> Iterator[list[Run]]:
    """The runs of every fragment: large tensors are split, small ones share a fragment. ValueError: nothing fits."""
    least = size_of([Run(0, 0, 1)], kind)
    if max_bytes < least:
        raise ValueError(f"max_bytes is {max_bytes}, and a run of one entry takes {least}")
    runs: list[Run] = []
    for tensor in tensors:
        start, entries = 0, shapes.tensors[tensor].entries
        while start < entries:
            room = FORMATS[kind].room(max_bytes - size_of(runs, kind) - _RUN.size)
            if room < 1:
                yield runs
                runs = []
                continue
            runs.append(Run(tensor, start, min(room, entries - start)))
            start += runs[-1].count
    if runs:
        yield runs


def size_of(runs: Sequence[Run], kind: ValueType) -> int:
    """Bytes of a fragment: header, then per run where it lies and its piece."""
    return _FRAGMENT.size + sum(_RUN.size + FORMATS[kind].size(run.count) for run in runs)


def entries_of(runs: Sequence[Run]) -> int:
    """Entries that a fragment carries."""
    return sum(run.count for run in runs)


def pack(runs: Sequence[Run], tensors: Sequence[Values], kind: ValueType, draw: np.random.Generator | None) -> bytes:
    """A fragment with these runs of flat tensors; `draw` rounds at random."""
    parts = [_FRAGMENT.pack(RUNS, TYPES.index(kind), len(runs))]
    for run in runs:
        piece = tensors[run.tensor][run.start : run.start + run.count]
        parts += [_RUN.pack(*run), FORMATS[kind].pack(piece, draw)]
    return b"".join(parts)


def write(fragment: bytes, shapes: AdapterShapes, vector: Values, mask: NDArray[np.bool_]) -> None:
    """Put what a fragment carries into a vector and a mask [entries]. Raises ValueError for another fragment."""
    form, type_id, runs = _FRAGMENT.unpack_from(fragment)
    if form != RUNS or type_id >= len(TYPES):
        raise ValueError(f"not a fragment of runs: format {form}, type {type_id}")
    numbers, at = FORMATS[TYPES[type_id]], _FRAGMENT.size
    for _ in range(runs):
        run = Run(*_RUN.unpack_from(fragment, at))
        place = slice(shapes.offsets[run.tensor] + run.start, shapes.offsets[run.tensor] + run.start + run.count)
        vector[place], mask[place] = numbers.unpack(fragment, at + _RUN.size, run.count), True
        at += _RUN.size + numbers.size(run.count)
