"""Base, no kind itself, of rules that move the global adapter by some mean of the uploads, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.aggregate import Aggregated, Aggregator, State
from wfsim.aggregate._arrivals import Stack, stack
from wfsim.aggregate.missing import Missing, Uploads
from wfsim.aggregate.missing.renormalise import Renormalise
from wfsim.aggregate.staleness import Staleness
from wfsim.aggregate.staleness.constant import Constant
from wfsim.messages import Adapter, AdapterShapes, Arrival

Vector = NDArray[np.float64]


class Averaging(Aggregator):
    """x <- x + step(centre of the moves of the uploads); sums run in float64, in order of device name.

    A move that is longer than `clip_norm` is shortened to it, before lost entries are made up for: min(1, c / ||d||) d
    over all entries that arrived, head included (Sun et al. 2019, arXiv 1911.07963).
    """

    missing: Missing = Field(Renormalise(), description="rule for entries lost on the way")
    staleness: Staleness = Field(Constant(), description="how much a stale update counts")
    clip_norm: float | None = Field(None, gt=0.0, description="greatest L2 norm of an upload's move; null: any")

    def aggregate(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Adapter:
        return self.advance(current, arrivals, shapes, self.begin(shapes)).adapter

    def advance(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes, state: State) -> Aggregated:
        came, now = stack(arrivals, self.staleness, shapes), current.vector().astype(np.float64)
        moves = self._clipped(self._moves(came, now) * came.masks)
        filled, state = self.missing.fill(Uploads(moves, came.masks, came.lost), now, came.arrivals, state)
        centre = self._centre(filled, came, shapes)
        step, state = self._stepped(centre, filled.masks.any(axis=0), state)
        return Aggregated(adapter=Adapter.from_vector(shapes, (now + step).astype(np.float32)), state=state)

    def _moves(self, came: Stack, now: Vector) -> Vector:
        """Where each upload would move the global adapter, [uploads, entries]; what has not arrived is not read."""
        return came.deltas * came.freshness[:, None]

    def _centre(self, uploads: Uploads, came: Stack, shapes: AdapterShapes) -> Vector:
        """One move [entries] for those of all uploads; 0 where there is none."""
        return masked_mean(uploads.moves, uploads.masks, came.weights)

    def _stepped(self, centre: Vector, seen: NDArray[np.bool_], state: State) -> tuple[Vector, State]:
        """What the adapter moves by; `seen` [entries] is where some upload has a say."""
        return self.step * centre, state

    def _clipped(self, moves: Vector) -> Vector:
        if self.clip_norm is None:
            return moves
        norms = np.linalg.norm(moves, axis=1)
        shares = np.divide(self.clip_norm, norms, out=np.ones_like(norms), where=norms > self.clip_norm)
        return moves * shares[:, None]


def masked_mean(moves: Vector, masks: NDArray[np.bool_], weights: Vector) -> Vector:
    """sum p m d / sum p m per entry of `moves` [uploads, entries], 0 where no mask is set."""
    arrived_weight = (masks * weights[:, None]).sum(axis=0)
    total = (moves * masks * weights[:, None]).sum(axis=0)
    return np.divide(total, arrived_weight, out=np.zeros_like(total), where=arrived_weight > 0.0)
