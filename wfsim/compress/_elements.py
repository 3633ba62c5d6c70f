"""Base, no kind itself, of codecs that keep single entries of the pairs: choose by score, then send range by range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.compress import Source
from wfsim.compress._head import WithHead
from wfsim.compress._ranges import Division, Range, divide, largest_count, pack_range, unpack_range
from wfsim.errors import RunError
from wfsim.messages import Adapter, AdapterShapes, Payload, Values

Entries = NDArray[np.int64]


class Elements(WithHead):
    """The k entries with the highest scores among all trained entries of all pairs, ties to the first.

    Under `scope: matrix` every pair gives the same share of its entries, to within one, and at least one while k
    lasts.

    The head flies first, then ranges of entries (`_ranges.py`), the one with the highest sum of scores first. A range's
    fragment speaks for all its entries: those that were not chosen are zeros that count. k is the given share of
    the entries, or the largest whose bytes, head and headers included, fit the budget (one entry more does not).
    """

    keep_share: float | None = Field(0.1, gt=0.0, le=1.0, description="share of the pairs' entries that is sent")
    budget_bytes: int | None = Field(None, ge=1, description="bytes of all fragments at most; instead of keep_share")
    scope: Literal["global", "matrix"] = Field("global", description="best of all matrices, or the same share of each")

    @model_validator(mode="before")
    @classmethod
    def _budget_replaces_the_default_share(cls, data: Any) -> Any:
        budget = isinstance(data, Mapping) and data.get("budget_bytes") is not None
        return {"keep_share": None, **data} if budget else data

    @model_validator(mode="after")
    def _one_measure(self) -> Elements:
        if (self.keep_share is None) == (self.budget_bytes is None):
            raise ValueError("give one of keep_share and budget_bytes; the other is null")
        return self

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> None:
        """None: positions decide the sizes."""

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        head = self._head_fragments(values, shapes, max_bytes, source)
        entries = trained_entries(shapes)
        with np.errstate(over="ignore", invalid="ignore"):  # a device that diverged sends what it has
            scores = self._scores(values, shapes, source)[entries].astype(np.float32)
        order = from_best_to_worst(scores, self._sizes(shapes))
        chosen = np.sort(order[: self._count(order, sum(map(len, head)), max_bytes)])
        division = divide(chosen, self.values, max_bytes)
        sent = self._scaled(values.vector()[entries[chosen]].astype(np.float32), chosen, shapes)
        ranges, draw = _ranges(division, chosen, sent, len(entries)), self._draw(source)
        packed = [pack_range(r, int(m), self.values, draw) for r, m in zip(ranges, division.parameters, strict=True)]
        return Payload(fragments=(*head, *(packed[f] for f in _by_importance(division, scores[chosen]))))

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        vector, mask = np.zeros(shapes.entries, dtype=np.float32), np.zeros(shapes.entries, dtype=bool)
        entries = trained_entries(shapes)
        for fragment in fragments:
            if not self._head_written(fragment, shapes, vector, mask):
                start, length, positions, values = self._unpacked(fragment, shapes)
                place = entries[start : start + length]
                vector[place[positions]], mask[place] = values, True
        return vector, mask

    def _scores(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.floating]:
        """How much every entry matters, [entries], at least 0; those of frozen entries and of the head are not read."""
        raise NotImplementedError(type(self).__name__)

    def _scaled(self, sent: Values, chosen: Entries, shapes: AdapterShapes) -> Values:
        """What is sent in place of the values of the chosen entries."""
        return sent

    def _unpacked(self, fragment: bytes, shapes: AdapterShapes) -> Range:
        """What a fragment of pairs brings."""
        return unpack_range(fragment)

    def _sizes(self, shapes: AdapterShapes) -> tuple[int, ...]:
        """Trained entries that compete with each other: of all pairs, or of every single one."""
        sizes = entries_of_pairs(shapes)
        return (sum(sizes),) if self.scope == "global" else sizes

    def _share(self, entries: int) -> int:
        """How many of them `keep_share` is."""
        return min(entries, max(1, round((self.keep_share or 1.0) * entries)))

    def _count(self, order: Entries, head_bytes: int, max_bytes: int) -> int:
        if self.budget_bytes is None:
            return self._share(len(order))

        def size(count: int) -> int:
            return int(divide(np.sort(order[:count]), self.values, max_bytes).fragment_bytes.sum())

        room = self.budget_bytes - head_bytes
        count = largest_count(size, room, len(order), self.values)
        if room < 0 or (count == 0 and len(order)):
            raise self._too_small(head_bytes + (size(1) if len(order) else 0))
        return count

    def _too_small(self, least: int) -> RunError:
        return RunError(f"codec {self.kind}: budget_bytes is {self.budget_bytes}; head and one entry take {least}")


def entries_of_pairs(shapes: AdapterShapes) -> tuple[int, ...]:
    """Trained entries of every pair."""
    counts = (shapes.trained[a:b].sum() for a, b in pairwise(shapes.offsets[: 2 * len(shapes.pairs) + 1 : 2]))
    return tuple(map(int, counts))


def from_best_to_worst(scores: NDArray[np.float32], sizes: Sequence[int]) -> Entries:
    """Entries in the order in which they are chosen; any first k are the same share of every one of the `sizes`."""
    order = _descending(scores)
    return order if len(sizes) == 1 else _evenly(order, np.array(sizes, dtype=np.int64))


def trained_entries(shapes: AdapterShapes) -> Entries:
    """Where the trained entries of the pairs lie in the vector of all values."""
    return np.flatnonzero(shapes.trained[: shapes.offsets[2 * len(shapes.pairs)]])


def _descending(scores: NDArray[np.float32]) -> Entries:
    """Indices by falling score, ties by rising index, NaN before all: the same on every processor."""
    falling = ~np.abs(scores).view(np.uint32)  # the bits of binary32 >= 0 are in the order of their values
    keys = falling.astype(np.uint64) << np.uint64(32) | np.arange(len(scores), dtype=np.uint64)
    return (np.sort(keys) & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _evenly(order: Entries, sizes: Entries) -> Entries:
    """The same entries so that any first k hold the best of every matrix, in proportion to its size."""
    matrix = np.repeat(np.arange(len(sizes)), sizes)[order]
    place = np.empty(len(order), dtype=np.int64)
    place[np.argsort(matrix, kind="stable")] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shares = np.where(place > 0, (place + 1) / sizes[matrix], 0.0)
    return order[np.argsort(shares, kind="stable")]


def _ranges(division: Division, chosen: Entries, sent: Values, entries: int) -> Iterator[Range]:
    edges = np.append(chosen[division.stops[:-1]], entries)
    edges[0] = 0
    for (first, last), (start, stop) in zip(pairwise(division.stops), pairwise(edges.tolist()), strict=True):
        yield Range(start, stop - start, chosen[first:last] - start, sent[first:last])


def _by_importance(division: Division, scores: NDArray[np.float32]) -> list[int]:
    sums = np.add.reduceat(scores.astype(np.float64), division.stops[:-1])
    return np.argsort(-sums, kind="stable").tolist()
