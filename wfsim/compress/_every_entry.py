"""Base, no kind itself, of codecs that send every trained entry in runs of a number format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Codec, Source, _runs
from wfsim.compress._number_format import NumberFormat
from wfsim.compress._numbers import Numbers, ValueType
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values


class EveryEntry(Codec):
    """Entries in canonical order in one format, or the head first and in a format of its own."""

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan:
        layout = list(self._layout(shapes, max_bytes))
        return Plan(
            fragment_bytes=tuple(_runs.size_of(runs, form) for runs, form in layout),
            fragment_entries=tuple(_runs.entries_of(runs) for runs, _ in layout),
        )

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        tensors = [tensor.ravel() for tensor in shapes.split(values.vector())]
        draw, layout = self._draw(source), self._layout(shapes, max_bytes)
        return Payload(fragments=tuple(_runs.pack(runs, tensors, form, draw) for runs, form in layout))

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        vector, mask = np.zeros(shapes.entries, dtype=np.float32), np.zeros(shapes.entries, dtype=bool)
        form = self._pairs_form()
        own = form if isinstance(form, NumberFormat) else None
        for fragment in fragments:
            _runs.write(fragment, shapes, vector, mask, own)
        return vector, mask

    def _pairs_form(self) -> Numbers:
        """Format of everything but a head that has its own."""
        raise NotImplementedError(type(self).__name__)

    def _head_form(self) -> ValueType | None:
        """Format of the head; None: that of everything else, in one stream with it."""
        raise NotImplementedError(type(self).__name__)

    def _draw(self, source: Source) -> np.random.Generator | None:
        """What numbers are rounded with; None: to nearest."""
        raise NotImplementedError(type(self).__name__)

    def _layout(self, shapes: AdapterShapes, max_bytes: int) -> Iterator[tuple[list[_runs.Run], Numbers]]:
        """Runs of every fragment in order of sending, and their number format."""
        pairs = [tensor for tensor in shapes.sent if tensor < 2 * len(shapes.pairs)]
        head = [tensor for tensor in shapes.sent if tensor >= 2 * len(shapes.pairs)]
        form, head_form = self._pairs_form(), self._head_form()
        streams = [(shapes.sent, form)] if head_form is None else [(head, head_form), (pairs, form)]
        for tensors, form in streams:
            yield from ((runs, form) for runs in _runs.lay_out(tensors, shapes, form, max_bytes))
