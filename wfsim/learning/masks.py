"""Which entries of an adapter a device trains."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import AdapterShapes, Values

Mask = NDArray[np.bool_]


def trained_entries(shapes: AdapterShapes, rank: int | None = None) -> Mask | None:
    """Mask [entries] of what is trained where the first `rank` ranks are active (None: all); None for everything.

    Row i of A and column i of B belong to rank i; dense tensors are always trained, a frozen A never.
    Raises ValueError for a rank outside 1 ... `shapes.rank`.
    """
    active = shapes.rank if rank is None else rank
    if not 1 <= active <= shapes.rank:
        raise ValueError(f"active rank {active} is not within 1 to {shapes.rank}")
    mask = shapes.trained & _first_ranks(shapes, active)
    return None if mask.all() else mask


def truncated(vector: Values, shapes: AdapterShapes, rank: int | None) -> Values:
    """An adapter's values [entries] without the ranks beyond `rank` (None: with all): a smaller device's adapter."""
    if rank is None or rank == shapes.rank:
        return vector
    return np.where(_first_ranks(shapes, rank), vector, vector.dtype.type(0.0))


def frozen_entries(shapes: AdapterShapes, trains: Mask | None) -> Mask | None:
    """Mask [entries] of what a job must leave as it was; None for nothing. `trains` None: what `shapes` trains."""
    mask = trained_entries(shapes) if trains is None else trains
    return None if mask is None or mask.all() else ~mask


def _first_ranks(shapes: AdapterShapes, active: int) -> Mask:
    of_rank = np.arange(shapes.rank) < active
    parts = [part for pair in shapes.pairs for part in (np.repeat(of_rank, pair.d_in), np.tile(of_rank, pair.d_out))]
    return np.concatenate([*parts, np.ones(sum(tensor.entries for tensor in shapes.dense), dtype=bool)])
