"""Every entry, in canonical order, at full, half or 8-bit precision."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.compress import Codec
from wfsim.compress._numbers import FORMATS, NumberFormat
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values

_FRAGMENT = struct.Struct("<BBH")  # format, value type, number of runs
_RUN = struct.Struct("<HII")  # tensor, first entry, number of entries
_FORMAT = 1
_TYPES = list(FORMATS)


class _Run(NamedTuple):
    """Consecutive entries of one tensor inside one fragment."""

    tensor: int
    start: int
    count: int


class Dense(Codec, kind="dense"):
    """All entries as binary32, binary16 or 8-bit integers. Neutral member at fp32: decode(encode(x)) = x, bit for bit.

    A fragment is `format, type, runs` and the format's head, then per run `tensor id, first entry, count, values`;
    tensors larger than a fragment are split into runs, small ones share a fragment. fp16 rounds to nearest even
    (relative error <= 2^-11 for 6.1e-5 <= |x| <= 65504) and saturates beyond. int8 is symmetric with one scale per
    fragment, max|x|/127 in its head: error <= max|x|/254 of the fragment.
    """

    values: Literal["fp32", "fp16", "int8"] = Field("fp32", description="number format on the air")

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan:
        layout = list(self._layout(shapes, max_bytes))
        return Plan(
            fragment_bytes=tuple(self._bytes(runs) for runs in layout),
            fragment_entries=tuple(sum(run.count for run in runs) for runs in layout),
        )

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int) -> Payload:
        tensors = [tensor.ravel() for tensor in shapes.split(values.vector())]
        return Payload(fragments=tuple(self._pack(runs, tensors) for runs in self._layout(shapes, max_bytes)))

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        vector, mask = np.zeros(shapes.entries, dtype=np.float32), np.zeros(shapes.entries, dtype=bool)
        offsets = np.concatenate([[0], np.cumsum([tensor.entries for tensor in shapes.tensors])])
        for fragment in fragments:
            for run, values in _unpack(fragment):
                place = slice(offsets[run.tensor] + run.start, offsets[run.tensor] + run.start + run.count)
                vector[place], mask[place] = values, True
        return vector, mask

    @property
    def _format(self) -> NumberFormat:
        return FORMATS[self.values]

    def _bytes(self, runs: list[_Run]) -> int:
        entries = sum(run.count for run in runs)
        return _FRAGMENT.size + self._format.head_bytes + _RUN.size * len(runs) + entries * self._format.dtype.itemsize

    def _layout(self, shapes: AdapterShapes, max_bytes: int) -> Iterator[list[_Run]]:
        runs: list[_Run] = []
        for tensor, shape in enumerate(shapes.tensors):
            start = 0
            while start < shape.entries:
                room = (max_bytes - self._bytes(runs) - _RUN.size) // self._format.dtype.itemsize
                if room < 1:
                    yield runs
                    runs = []
                    continue
                runs.append(_Run(tensor, start, min(room, shape.entries - start)))
                start += runs[-1].count
        if runs:
            yield runs

    def _pack(self, runs: list[_Run], tensors: list[Values]) -> bytes:
        pieces = [tensors[run.tensor][run.start : run.start + run.count] for run in runs]
        head, codes = self._format.encode(np.concatenate(pieces))
        parts = [_FRAGMENT.pack(_FORMAT, _TYPES.index(self.values), len(runs)), head]
        for run, piece in zip(runs, np.split(codes, np.cumsum([run.count for run in runs])[:-1]), strict=True):
            parts += [_RUN.pack(*run), piece.tobytes()]
        return b"".join(parts)


def _unpack(fragment: bytes) -> Iterator[tuple[_Run, Values]]:
    form, type_id, runs = _FRAGMENT.unpack_from(fragment)
    if form != _FORMAT or type_id >= len(_TYPES):
        raise ValueError(f"not a fragment of the dense codec: format {form}, type {type_id}")
    numbers = FORMATS[_TYPES[type_id]]
    at = _FRAGMENT.size + numbers.head_bytes
    head = fragment[_FRAGMENT.size : at]
    for _ in range(runs):
        run = _Run(*_RUN.unpack_from(fragment, at))
        at += _RUN.size
        yield run, numbers.decode(head, np.frombuffer(fragment, dtype=numbers.dtype, count=run.count, offset=at))
        at += run.count * numbers.dtype.itemsize
