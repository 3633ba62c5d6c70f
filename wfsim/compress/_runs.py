"""Fragments of runs: consecutive entries of tensors. How `dense` sends everything and other codecs the head."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.compress._number_format import NumberFormat
from wfsim.compress._numbers import Numbers, format_numbered, format_of, type_id
from wfsim.messages import AdapterShapes, Values

RUNS = 1  # the format byte of these fragments
_FRAGMENT = struct.Struct("<BBH")  # format, value type, number of runs
_RUN = struct.Struct("<HII")  # tensor, first entry, number of entries


class Run(NamedTuple):
    """Consecutive entries of one tensor inside one fragment."""

    tensor: int
    start: int
    count: int


def lay_out(tensors: Iterable[int], shapes: AdapterShapes, kind: Numbers, max_bytes: int) -> Iterator[list[Run]]:
    """The runs of every fragment: large tensors are split, small ones share a fragment. ValueError: nothing fits."""
    least = size_of([Run(0, 0, 1)], kind)
    if max_bytes < least:
        raise ValueError(f"max_bytes is {max_bytes}, and a run of one entry takes {least}")
    runs: list[Run] = []
    for tensor in tensors:
        start, entries = 0, shapes.tensors[tensor].entries
        while start < entries:
            room = format_of(kind).room(max_bytes - size_of(runs, kind) - _RUN.size)
            if room < 1:
                yield runs
                runs = []
                continue
            runs.append(Run(tensor, start, min(room, entries - start)))
            start += runs[-1].count
    if runs:
        yield runs


def size_of(runs: Sequence[Run], kind: Numbers) -> int:
    """Bytes of a fragment: header, then per run where it lies and its piece."""
    return _FRAGMENT.size + sum(_RUN.size + format_of(kind).size(run.count) for run in runs)


def entries_of(runs: Sequence[Run]) -> int:
    """Entries that a fragment carries."""
    return sum(run.count for run in runs)


def pack(runs: Sequence[Run], tensors: Sequence[Values], kind: Numbers, draw: np.random.Generator | None) -> bytes:
    """A fragment with these runs of flat tensors; `draw` rounds at random."""
    parts = [_FRAGMENT.pack(RUNS, type_id(kind), len(runs))]
    for run in runs:
        piece = tensors[run.tensor][run.start : run.start + run.count]
        parts += [_RUN.pack(*run), format_of(kind).pack(piece, draw)]
    return b"".join(parts)


def write(
    fragment: bytes, shapes: AdapterShapes, vector: Values, mask: NDArray[np.bool_], own: NumberFormat | None = None
) -> None:
    """Put what a fragment carries into a vector and a mask [entries]; `own` is the format of the codec, if it has one.

    Raises ValueError for another fragment.
    """
    form, number, runs = _FRAGMENT.unpack_from(fragment)
    numbers, at = format_numbered(number, own), _FRAGMENT.size
    if form != RUNS or numbers is None:
        raise ValueError(f"not a fragment of runs: format {form}, type {number}")
    for _ in range(runs):
        run = Run(*_RUN.unpack_from(fragment, at))
        place = slice(shapes.offsets[run.tensor] + run.start, shapes.offsets[run.tensor] + run.start + run.count)
        vector[place], mask[place] = numbers.unpack(fragment, at + _RUN.size, run.count), True
        at += _RUN.size + numbers.size(run.count)
