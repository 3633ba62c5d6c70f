"""Entries chosen at random."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.compress import Source, _masked
from wfsim.compress._elements import Elements, Entries, from_best_to_worst, trained_entries
from wfsim.compress._ranges import Range
from wfsim.errors import RunError
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values
from wfsim.rng import Streams


class RandomK(Elements, kind="random_k"):
    """k of the n entries, every choice as likely as another; fragments fly in an order that values do not decide.

    `unbiased` sends x n/k (n and k of its matrix under `scope: matrix`): E[decoded] = x (with unbiased rounding), at a
    variance of (n/k - 1) x^2; leave it off under error feedback, which needs an error smaller than the update. Source:
    Stich et al. 2018, arXiv 1809.07599. `listed` sends positions. `seeded` sends 4 bytes per fragment from which both
    sides draw the mask (Konecny et al. 2016, arXiv 1610.05492), and `common` is the same with one mask for all devices
    of a round (of a number of turn where devices do not wait for rounds): no bits of index, and sizes are known
    beforehand. Under a common mask the mean over devices moves k entries alone.
    """

    unbiased: bool = Field(False, description="scale what is sent by n/k, so that the mean is exact")
    mask: Literal["listed", "seeded", "common"] = Field(
        "listed", description="positions are sent, or drawn from a seed that is sent, or from one of the round"
    )

    @model_validator(mode="after")
    def _known_share(self) -> RandomK:
        if self.unbiased and self.budget_bytes is not None and self.mask == "listed":
            raise ValueError("unbiased needs keep_share: with budget_bytes k depends on the draw")
        return self

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan | None:
        if self.mask == "listed":
            return None
        sizes, entries = self._head_sizes(shapes, max_bytes)
        layout = self._parts(0, shapes, max_bytes, sum(sizes))
        parts = [_masked.size_of(part.count, self.values) for part in layout]
        return Plan(fragment_bytes=(*sizes, *parts), fragment_entries=(*entries, *(part.count for part in layout)))

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        if self.mask == "listed":
            return super().encode(values, shapes, max_bytes, source)
        head = self._head_fragments(values, shapes, max_bytes, source)
        layout = self._parts(source.seed(common=self.mask == "common"), shapes, max_bytes, sum(map(len, head)))
        chosen = self._chosen(layout[0], shapes) if layout else np.zeros(0, dtype=np.int64)
        exact = values.vector()[trained_entries(shapes)[chosen]].astype(np.float32)
        sent, draw = self._scaled(exact, chosen, shapes), self._draw(source)
        return Payload(fragments=(*head, *(_masked.pack(part, self.values, sent, draw) for part in layout)))

    def carried(self, fragment: bytes, shapes: AdapterShapes) -> int:
        masked = fragment[0] == _masked.MASKED
        return _masked.read_part(fragment).count if masked else super().carried(fragment, shapes)

    def _scores(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.floating]:
        return source.generator.random(shapes.entries)

    def _scaled(self, sent: Values, chosen: Entries, shapes: AdapterShapes) -> Values:
        if not self.unbiased:
            return sent
        sizes = self._sizes(shapes)
        matrix = np.repeat(np.arange(len(sizes)), sizes)[chosen]
        counts = np.bincount(matrix, minlength=len(sizes))
        if (counts == 0).any() and sum(sizes):
            raise RunError("codec random_k: unbiased needs an entry of every matrix, and too few are sent")
        return sent * (np.array(sizes) / np.maximum(counts, 1))[matrix].astype(np.float32)

    def _unpacked(self, fragment: bytes, shapes: AdapterShapes) -> Range:
        if fragment[0] != _masked.MASKED:
            return super()._unpacked(fragment, shapes)
        chosen = self._chosen(_masked.read_part(fragment), shapes)
        return _masked.unpack(fragment, chosen, sum(self._sizes(shapes)))

    def _chosen(self, part: _masked.Part, shapes: AdapterShapes) -> Entries:
        return _drawn(part.seed, part.chosen, self._sizes(shapes))

    def _parts(self, seed: int, shapes: AdapterShapes, max_bytes: int, head_bytes: int) -> list[_masked.Part]:
        """What lies in which fragment behind the head. Raises RunError where the budget has no room for an entry."""
        entries = sum(self._sizes(shapes))
        count = self._share(entries) if self.budget_bytes is None else self._affordable(entries, max_bytes, head_bytes)
        return _masked.parts(seed, count, self.values, max_bytes) if entries else []

    def _affordable(self, entries: int, max_bytes: int, head_bytes: int) -> int:
        room = (self.budget_bytes or 0) - head_bytes
        count = min(_masked.largest_count(room, self.values, max_bytes), entries)
        if room < 0 or (count == 0 and entries):
            raise self._too_small(head_bytes + (_masked.size_of(1, self.values) if entries else 0))
        return count


@lru_cache(maxsize=64)
def _drawn(seed: int, count: int, sizes: tuple[int, ...]) -> Entries:
    """The mask of a seed: `count` entries in rising order, the same share of every one of the sizes."""
    scores = Streams(seed).uniforms(sum(sizes), "mask").astype(np.float32)
    chosen = np.sort(from_best_to_worst(scores, sizes)[:count])
    chosen.setflags(write=False)  # callers share it
    return chosen
