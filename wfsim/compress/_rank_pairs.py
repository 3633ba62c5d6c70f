"""Base, no kind itself, of codecs that keep b_i together with a_i for some ranks i."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Source
from wfsim.compress._chosen_items import ChosenItems, Factors
from wfsim.compress._item_bytes import Flags, Piece, Segment, Segments
from wfsim.compress._items import Content, Wire
from wfsim.messages import AdapterShapes, Values

_FAMILY = 1
_NONE = np.zeros(0, dtype=np.float32)

Scores = NDArray[np.float64]


class RankPairs(ChosenItems):
    """Deltas of the ranks with the highest scores. A score comes for every matrix and rank, [matrices, rank].

    Item m rank + i is rank i of matrix m: b_i, then a_i (or what is not frozen), a scale each. Every fragment of
    pairs holds a bit per item: one that arrives tells ranks that were never chosen (zeros that count) from lost ones.
    Over single matrices the best rank of every matrix comes first, then the second best: sizes are known beforehand.
    Over all matrices items come by score.
    """

    adjustable = True

    @property
    def fixed(self) -> bool:
        return self.keep is not None or self.budget_bytes is not None

    def keeping(self, ranks: int) -> RankPairs:
        return self.model_copy(update={"keep": ranks, "budget_bytes": None})

    def _scores(self, values: Factors, shapes: AdapterShapes, source: Source) -> Scores:
        """How much every rank matters, [matrices, rank], at least 0."""
        raise NotImplementedError(type(self).__name__)

    def _over_all_matrices(self) -> bool:
        """Whether ranks of different matrices compete."""
        raise NotImplementedError(type(self).__name__)

    def _scale(self, shapes: AdapterShapes) -> float:
        """What deltas are multiplied by before they are sent."""
        return 1.0

    def _kept(self, shapes: AdapterShapes) -> int:
        return shapes.rank if self.keep is None else min(self.keep, shapes.rank)

    def _wire(self, shapes: AdapterShapes) -> Wire:
        def segments(item: int) -> tuple[int, ...]:
            pair = shapes.pairs[item // shapes.rank]
            return shapes.flying(pair.d_out, pair.d_in)

        items = len(shapes.pairs) * shapes.rank
        return Wire(family=_FAMILY, kind=self.values, items=items, flags=items, companions=0, segments=segments)

    def _usual_order(self, shapes: AdapterShapes) -> Sequence[int] | None:
        if self._over_all_matrices():
            return None
        matrices = range(len(shapes.pairs))
        return [matrix * shapes.rank + place for place in range(self._kept(shapes)) for matrix in matrices]

    def _selected(self, values: Factors, shapes: AdapterShapes, source: Source) -> tuple[Iterable[int], Segments]:
        scale = self._scale(shapes)

        def segments(item: int) -> list[Segment]:
            matrix, rank = divmod(item, shapes.rank)
            factors = shapes.flying(values.b[matrix][:, rank], values.a[matrix][rank])
            return [Segment(factor if scale == 1.0 else factor * np.float32(scale), _NONE) for factor in factors]

        return self._order(self._scores(values, shapes, source), shapes), segments

    def _order(self, scores: Scores, shapes: AdapterShapes) -> list[int]:
        ranked = np.nan_to_num(scores, nan=np.inf)  # a rank that diverged is sent: the server must see it
        items = np.arange(scores.size).reshape(scores.shape)
        if self._over_all_matrices():
            order = items.ravel()[_falling(ranked.ravel())]
            return order.tolist() if self.budget_bytes else order[: self._kept(shapes) * len(items)].tolist()
        by_place = np.take_along_axis(items, _falling(ranked), axis=1)[:, : self._kept(shapes)]
        return by_place.T.ravel().tolist()

    def _flags(self, layout: Iterable[Content], shapes: AdapterShapes, wire: Wire) -> Flags:
        flags = np.zeros(wire.flags, dtype=bool)
        flags[[item for content in layout for item in content.items]] = True
        return flags

    def _speak_for_the_rest(self, flags: Flags, known: Factors) -> None:
        for chosen, b, a in zip(flags.reshape(len(known.b), -1), known.b, known.a, strict=True):
            b[:, ~chosen] = True
            a[~chosen] = True

    def _place(self, piece: Piece, shapes: AdapterShapes, values: Factors, known: Factors) -> None:
        matrix, rank = divmod(piece.item, shapes.rank)
        vectors: tuple[Values, ...] = shapes.flying(values.b[matrix][:, rank], values.a[matrix][rank])
        masks: tuple[NDArray[np.bool_], ...] = shapes.flying(known.b[matrix][:, rank], known.a[matrix][rank])
        end = piece.start + len(piece.values)
        vectors[piece.segment][piece.start : end] = piece.values
        masks[piece.segment][piece.start : None if piece.last else end] = True
        for mask in masks[piece.segment + 1 :] if piece.last else []:
            mask[:] = True


def energy_left(scores: Scores, *, over_all_matrices: bool) -> Scores:
    """Share of the sum of squared scores [matrices, rank] beyond the best 1 ... rank ranks of every matrix, [rank].

    Over all matrices: beyond the best `matrices`, 2 matrices ... of all. Scores that are not finite count as 0.
    """
    squares = np.nan_to_num(scores, nan=0.0, posinf=0.0) ** 2
    matrices, ranks = squares.shape
    falling = -np.sort(-squares, axis=None if over_all_matrices else 1)
    kept = np.cumsum(falling.reshape(ranks, matrices).sum(axis=1) if over_all_matrices else falling.sum(axis=0))
    total = kept[-1] if len(kept) else 0.0
    shares = 1.0 - kept / total if total > 0.0 else np.zeros(ranks)
    shares[-1:] = 0.0
    return np.maximum(shares, 0.0)


def _falling(scores: Scores) -> NDArray[np.intp]:
    return np.argsort(-scores, axis=-1, kind="stable")
