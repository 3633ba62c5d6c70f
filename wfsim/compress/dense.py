"""Every entry, in canonical order, at full or half precision."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.compress import Codec
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values

_FRAGMENT = struct.Struct("<BBH")  # format, value type, number of runs
_RUN = struct.Struct("<HII")  # tensor, first entry, number of entries
_FORMAT = 1
_TYPES = {"fp32": np.dtype("<f4"), "fp16": np.dtype("<f2")}
_TYPE_IDS = {"fp32": 0, "fp16": 1}
_FP16_MAX = float(np.finfo(np.float16).max)


class _Run(NamedTuple):
    """Consecutive entries of one tensor inside one fragment."""

    tensor: int
    start: int
    count: int


class Dense(Codec, kind="dense"):
    """All entries as IEEE 754 binary32 or binary16. Neutral member at fp32: decode(encode(x)) = x, bit for bit.

    A fragment is `format, type, runs`, then per run `tensor id, first entry, count, values`; tensors larger than a
    fragment are split into runs, small ones share a fragment. fp16 rounds to nearest even (relative error <= 2^-11
    for 6.1e-5 <= |x| <= 65504) and saturates beyond.
    """

    values: Literal["fp32", "fp16"] = Field("fp32", description="number format on the air")

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

    def _bytes(self, runs: list[_Run]) -> int:
        return _FRAGMENT.size + sum(_RUN.size + run.count * self._type.itemsize for run in runs)

    @property
    def _type(self) -> np.dtype:
        return _TYPES[self.values]

    def _layout(self, shapes: AdapterShapes, max_bytes: int) -> Iterator[list[_Run]]:
        runs: list[_Run] = []
        for tensor, shape in enumerate(shapes.tensors):
            start = 0
            while start < shape.entries:
                room = (max_bytes - self._bytes(runs) - _RUN.size) // self._type.itemsize
                if room < 1:
                    yield runs
                    runs = []
                    continue
                runs.append(_Run(tensor, start, min(room, shape.entries - start)))
                start += runs[-1].count
        if runs:
            yield runs

    def _pack(self, runs: list[_Run], tensors: list[Values]) -> bytes:
        parts = [_FRAGMENT.pack(_FORMAT, _TYPE_IDS[self.values], len(runs))]
        for run in runs:
            values = tensors[run.tensor][run.start : run.start + run.count]
            parts += [_RUN.pack(*run), self._round(values).tobytes()]
        return b"".join(parts)

    def _round(self, values: Values) -> NDArray[np.floating]:
        limited = np.clip(values, -_FP16_MAX, _FP16_MAX) if self.values == "fp16" else values
        return limited.astype(self._type)


def _unpack(fragment: bytes) -> Iterator[tuple[_Run, NDArray[np.floating]]]:
    form, type_id, runs = _FRAGMENT.unpack_from(fragment)
    if form != _FORMAT or type_id not in _TYPE_IDS.values():
        raise ValueError(f"not a fragment of the dense codec: format {form}, type {type_id}")
    dtype, at = list(_TYPES.values())[type_id], _FRAGMENT.size
    for _ in range(runs):
        run = _Run(*_RUN.unpack_from(fragment, at))
        at += _RUN.size
        yield run, np.frombuffer(fragment, dtype=dtype, count=run.count, offset=at)
        at += run.count * dtype.itemsize
