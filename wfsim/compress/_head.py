"""Base, no kind itself, of codecs that choose among the entries of pairs: the head flies whole, and first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.compress import Codec, Source, _runs
from wfsim.compress._numbers import Rounding, ValueType
from wfsim.messages import Adapter, AdapterShapes, Values


class WithHead(Codec):
    """Number formats of pairs and head, and the head's fragments. Format byte 1 marks those; others use their own."""

    values: ValueType = Field("int8", description="number format of what is sent of the pairs")
    rounding: Rounding = Field("nearest", description="to the nearest number, or at random so that the mean is exact")
    head: ValueType = Field("int8", description="number format of the head, which is always sent whole")

    def _head_layout(self, shapes: AdapterShapes, max_bytes: int) -> list[list[_runs.Run]]:
        tensors = range(2 * len(shapes.pairs), len(shapes.tensors))
        return list(_runs.lay_out(tensors, shapes, self.head, max_bytes))

    def _head_sizes(self, shapes: AdapterShapes, max_bytes: int) -> tuple[list[int], list[int]]:
        """Bytes and entries of the head's fragments."""
        layout = self._head_layout(shapes, max_bytes)
        return [_runs.size_of(runs, self.head) for runs in layout], [_runs.entries_of(runs) for runs in layout]

    def _head_fragments(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> list[bytes]:
        tensors = [tensor.ravel() for tensor in shapes.split(values.vector())]
        draw = self._draw(source)
        return [_runs.pack(runs, tensors, self.head, draw) for runs in self._head_layout(shapes, max_bytes)]

    def _head_written(self, fragment: bytes, shapes: AdapterShapes, vector: Values, mask: NDArray[np.bool_]) -> bool:
        """Whether this is a fragment of the head, which then stands in the vector and the mask."""
        if fragment[0] != _runs.RUNS:
            return False
        _runs.write(fragment, shapes, vector, mask)
        return True

    def _draw(self, source: Source) -> np.random.Generator | None:
        """What the number formats round with."""
        return source.generator if self.rounding == "stochastic" else None
