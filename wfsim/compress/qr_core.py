"""Low-rank updates by the SVD of the change, through a small core: the fair rival of SVD-free scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim import factors
from wfsim.compress import Source
from wfsim.compress._chosen_items import ChosenItems, Factors
from wfsim.compress._item_bytes import Flags, Piece, Segment, Segments
from wfsim.compress._items import Content, Wire
from wfsim.messages import AdapterShapes

_FAMILY = 2


class QrCore(ChosenItems, kind="qr_core"):
    """Deltas projected on the top singular directions u_j, v_j of the change dM = b'a' - b a of every matrix.

    dM = [db, b][a'; da] has rank <= 2r; QR of both stacks and the SVD of the core give its singular vectors without the
    product. Sent are u_j, u_j^T db, v_j, da v_j; decoded sum_j u_j (u_j^T db) and sum_j (da v_j) v_j^T: deltas in
    the gauge of the start, because averages of SVD factors mix gauges. `keep` directions of every matrix (null:
    all), or with a budget those of most singular energy per byte, the last one cut. Directions decode alone and add
    up: a lost one counts as not sent where another of its matrix arrived. Of a frozen factor nothing is sent.
    """

    additive = True

    def _wire(self, shapes: AdapterShapes) -> Wire:
        def segments(item: int) -> tuple[int, ...]:
            pair = shapes.pairs[item // _stride(shapes)]
            return shapes.flying(pair.d_out, pair.d_in)

        matrices, items = len(shapes.pairs), len(shapes.pairs) * _stride(shapes)
        return Wire(
            family=_FAMILY, kind=self.values, items=items, flags=matrices, companions=shapes.rank, segments=segments
        )

    def _usual_order(self, shapes: AdapterShapes) -> Sequence[int] | None:
        if self.budget_bytes is not None:
            return None
        stride = _stride(shapes)
        counts = [self._kept(pair.d_out, pair.d_in, shapes) for pair in shapes.pairs]
        return [m * stride + j for j in range(stride) for m, count in enumerate(counts) if j < count]

    def _selected(self, values: Factors, shapes: AdapterShapes, source: Source) -> tuple[Iterable[int], Segments]:
        start = Factors(shapes, source.start.vector())
        matrices = zip(start.b, start.a, values.b, values.a, strict=True)
        cores = [_core(*matrix, shapes) for matrix in matrices]

        def segments(item: int) -> list[Segment]:
            matrix, j = divmod(item, _stride(shapes))
            u, v = cores[matrix].u[:, j], cores[matrix].vt[j]
            of_b = Segment(_single(u), _single(u @ values.b[matrix]))
            return list(shapes.flying(of_b, Segment(_single(v), _single(values.a[matrix] @ v))))

        order = self._usual_order(shapes)
        return (self._by_energy(cores, shapes) if order is None else order), segments

    def _by_energy(self, cores: Sequence[factors.Svd], shapes: AdapterShapes) -> list[int]:
        wire, stride = self._wire(shapes), _stride(shapes)
        gains = {
            m * stride + j: s**2 / wire.item_bytes(m * stride)
            for m, core in enumerate(cores)
            for j, s in enumerate(
                np.nan_to_num(core.s, nan=np.inf).tolist()
            )  # what diverged is sent: the server must see
        }
        return sorted(gains, key=lambda item: -gains[item])

    def _kept(self, d_out: int, d_in: int, shapes: AdapterShapes) -> int:
        most = min(_stride(shapes), d_out, d_in)
        return most if self.keep is None else min(self.keep, most)

    def _flags(self, layout: Iterable[Content], shapes: AdapterShapes, wire: Wire) -> Flags:
        flags = np.zeros(wire.flags, dtype=bool)
        flags[[item // _stride(shapes) for content in layout for item in content.items]] = True
        return flags

    def _speak_for_the_rest(self, flags: Flags, known: Factors) -> None:
        for matrix in np.flatnonzero(~flags):
            known.b[matrix][:] = True
            known.a[matrix][:] = True

    def _place(self, piece: Piece, shapes: AdapterShapes, values: Factors, known: Factors) -> None:
        matrix = piece.item // _stride(shapes)
        sides = shapes.flying(values.b[matrix], values.a[matrix].T)
        masks = shapes.flying(known.b[matrix], known.a[matrix].T)
        end = piece.start + len(piece.values)
        sides[piece.segment][piece.start : end] += np.outer(piece.values, piece.companions)
        masks[piece.segment][piece.start : None if piece.last else end] = True
        for mask in masks[piece.segment + 1 :] if piece.last else []:
            mask[:] = True


def _stride(shapes: AdapterShapes) -> int:
    """Directions that a change may have: rank r where a factor is frozen, else 2r."""
    return shapes.rank * len(shapes.flying("b", "a"))


def _core(b: NDArray, a: NDArray, db: NDArray, da: NDArray, shapes: AdapterShapes) -> factors.Svd:
    if not shapes.sends_a:
        return factors.qr_core(db, a)
    if not shapes.sends_b:
        return factors.qr_core(b, da)
    return factors.qr_core(np.hstack([db, b]), np.vstack([a + da, da]))


def _single(vector: NDArray) -> NDArray[np.float32]:
    return vector.astype(np.float32)
