"""Every entry, in canonical order, at 32, 16, 8 or 4 bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.compress import Codec, Source, _runs
from wfsim.compress._numbers import Rounding, ValueType
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values


class Dense(Codec, kind="dense"):
    """All trained entries as binary32, binary16, 8- or 4-bit integers. Neutral at fp32: decode(encode(x)) = x, exactly.

    A fragment is `format, type, runs`, then per run `tensor id, first entry, count, values`; tensors larger than a
    fragment are split into runs, small ones share a fragment. fp16 has a relative error <= 2^-11 for
    6.1e-5 <= |x| <= 65504 and saturates beyond. Integers are symmetric with one scale per run, max|x|/127 or max|x|/7:
    error <= half a scale to nearest; stochastic rounding errs by up to a scale and is unbiased (QSGD's rule, Alistarh
    et al. 2017, with the maximum for its norm).
    """

    values: ValueType = Field("fp32", description="number format on the air")
    head: ValueType | None = Field(None, description="format of the head, sent first; null: one stream in `values`")
    rounding: Rounding = Field("nearest", description="to the nearest number, or at random so that the mean is exact")

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan:
        layout = list(self._layout(shapes, max_bytes))
        return Plan(
            fragment_bytes=tuple(_runs.size_of(runs, form) for runs, form in layout),
            fragment_entries=tuple(_runs.entries_of(runs) for runs, _ in layout),
        )

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        tensors = [tensor.ravel() for tensor in shapes.split(values.vector())]
        draw = source.generator if self.rounding == "stochastic" else None
        layout = self._layout(shapes, max_bytes)
        return Payload(fragments=tuple(_runs.pack(runs, tensors, form, draw) for runs, form in layout))

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        vector, mask = np.zeros(shapes.entries, dtype=np.float32), np.zeros(shapes.entries, dtype=bool)
        for fragment in fragments:
            _runs.write(fragment, shapes, vector, mask)
        return vector, mask

    def _layout(self, shapes: AdapterShapes, max_bytes: int) -> Iterator[tuple[list[_runs.Run], ValueType]]:
        """Runs of every fragment in order of sending, and their number format."""
        pairs = [tensor for tensor in shapes.sent if tensor < 2 * len(shapes.pairs)]
        head = [tensor for tensor in shapes.sent if tensor >= 2 * len(shapes.pairs)]
        streams = [(shapes.sent, self.values)] if self.head is None else [(head, self.head), (pairs, self.values)]
        for tensors, form in streams:
            yield from ((runs, form) for runs in _runs.lay_out(tensors, shapes, form, max_bytes))
