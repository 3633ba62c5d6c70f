"""Base, no kind itself, of codecs that send whole items of matrices (rank pairs, singular directions) in fragments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.compress import Source, _item_bytes
from wfsim.compress._head import WithHead
from wfsim.compress._item_bytes import Flags, Piece, Segments
from wfsim.compress._items import Content, Wire
from wfsim.errors import RunError
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values


class Factors:
    """Views of an adapter's vector [entries] as factors: `b[m]` [d_out, rank] and `a[m]` [rank, d_in] of matrix m."""

    def __init__(self, shapes: AdapterShapes, vector: NDArray) -> None:
        tensors = shapes.split(vector)
        self.a, self.b = (tensors[i : 2 * len(shapes.pairs) : 2] for i in (0, 1))


class ChosenItems(WithHead):
    """Head first, then items in an order; with a budget, as many as fit, and the beginning of the one that does not."""

    keep: int | None = Field(None, ge=1, description="ranks of every matrix; null: all, or what the controller grants")
    budget_bytes: int | None = Field(None, ge=1, description="bytes of all fragments at most; instead of keep")

    @model_validator(mode="after")
    def _one_measure(self) -> ChosenItems:
        if self.keep is not None and self.budget_bytes is not None:
            raise ValueError("give keep or budget_bytes, not both")
        return self

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan | None:
        sizes, entries = self._head_sizes(shapes, max_bytes)
        wire, order = self._wire(shapes), self._usual_order(shapes)
        layout = self._layout(order or [], wire, max_bytes, sum(sizes))
        if order is None:
            return None
        return Plan(
            fragment_bytes=(*sizes, *map(wire.size, layout)), fragment_entries=(*entries, *map(wire.entries, layout))
        )

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        head = self._head_fragments(values, shapes, max_bytes, source)
        wire, draw = self._wire(shapes), self._draw(source)
        order, segments = self._selected(Factors(shapes, values.vector()), shapes, source)
        layout = self._layout(order, wire, max_bytes, sum(map(len, head)))
        flags = self._flags(layout, shapes, wire)
        return Payload(fragments=(*head, *(_item_bytes.pack(c, wire, flags, segments, draw) for c in layout)))

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        vector, mask = np.zeros(shapes.entries), np.zeros(shapes.entries, dtype=bool)
        values, known, wire = Factors(shapes, vector), Factors(shapes, mask), self._wire(shapes)
        chosen: set[bytes] = set()
        for fragment in fragments:
            if self._head_written(fragment, shapes, vector, mask):
                continue
            flags = _item_bytes.read_flags(fragment, wire)
            if flags.tobytes() not in chosen:
                chosen.add(flags.tobytes())
                self._speak_for_the_rest(flags, known)
            for piece in _item_bytes.read_pieces(fragment, wire):
                self._place(piece, shapes, values, known)
        return vector.astype(np.float32), mask & shapes.trained

    def carried(self, fragment: bytes, shapes: AdapterShapes) -> int:
        vector, mask = np.zeros(shapes.entries, dtype=np.float32), np.zeros(shapes.entries, dtype=bool)
        if self._head_written(fragment, shapes, vector, mask):
            return int(mask.sum())
        return sum(len(piece.values) for piece in _item_bytes.read_pieces(fragment, self._wire(shapes)))

    def _wire(self, shapes: AdapterShapes) -> Wire:
        """Sizes of fragments."""
        raise NotImplementedError(type(self).__name__)

    def _usual_order(self, shapes: AdapterShapes) -> Sequence[int] | None:
        """Items of the same sizes, in the same order, as those of any values; None where values decide."""
        raise NotImplementedError(type(self).__name__)

    def _selected(self, values: Factors, shapes: AdapterShapes, source: Source) -> tuple[Iterable[int], Segments]:
        """Items in order of sending, and what each consists of."""
        raise NotImplementedError(type(self).__name__)

    def _flags(self, layout: Iterable[Content], shapes: AdapterShapes, wire: Wire) -> Flags:
        """What every fragment says was chosen, [flags]."""
        raise NotImplementedError(type(self).__name__)

    def _speak_for_the_rest(self, flags: Flags, known: Factors) -> None:
        """Mark what was never chosen."""
        raise NotImplementedError(type(self).__name__)

    def _place(self, piece: Piece, shapes: AdapterShapes, values: Factors, known: Factors) -> None:
        """Put a piece into the values, and mark what it speaks for."""
        raise NotImplementedError(type(self).__name__)

    def _layout(self, order: Iterable[int], wire: Wire, max_bytes: int, head_bytes: int) -> list[Content]:
        """What lies in which fragment behind the head. Raises RunError where not even the head fits the budget."""
        least = head_bytes + (wire.prefix_bytes if wire.items else 0)
        if self.budget_bytes is not None and self.budget_bytes < least:
            raise RunError(f"codec {self.kind}: budget_bytes is {self.budget_bytes}; the head alone takes {least}")
        left = np.inf if self.budget_bytes is None else self.budget_bytes - head_bytes
        return wire.lay_out(order, max_bytes, left) if wire.items else []
