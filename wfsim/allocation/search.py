"""Searching over the ranks that uploads keep by exact local moves."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.allocation.problem import Counts, Vector

_TRIED = 48  # candidates of the local search that are evaluated exactly at a time
_BATCHES = 8
_GAIN = 1e-12  # relative; less is rounding


class Objective(Protocol):
    """What is minimised over levels (ranks kept - 1)."""

    def values(self, levels: Counts) -> Vector:
        """Exact values [m] of levels [m, n]."""
        ...

    def pair_bounds(self, levels: Counts) -> Vector:
        """Lower bounds [n r, n r] of the values after moving device k to level j and device l to level i: entry
        [k r + j, l r + i] (a device may be moved to where it is)."""
        ...


def best_of(objective: Objective, candidates: Counts, ranks: int) -> tuple[Counts, float]:
    """The best of candidate levels [m, n] (the first of equals), improved by moves of one or two devices."""
    candidates = _distinct(candidates)
    values = objective.values(candidates)
    best = int(np.argmin(values))
    levels, value = candidates[best], float(values[best])
    while (better := _improved(objective, levels, value, ranks)) is not None:
        levels, value = better
    return levels, value


def _distinct(candidates: Counts) -> Counts:
    _, first = np.unique(candidates, axis=0, return_index=True)
    return candidates[np.sort(first)]


def _improved(objective: Objective, levels: Counts, value: float, ranks: int) -> tuple[Counts, float] | None:
    """The best move found, or None where none of those that could improve does."""
    bounds = np.triu(objective.pair_bounds(levels)) + _forbidden(levels, ranks)
    limit = value - _GAIN * abs(value)
    promising = np.flatnonzero(bounds.ravel() < limit)
    promising = promising[np.argsort(bounds.ravel()[promising], kind="stable")]
    for begin in range(0, min(len(promising), _BATCHES * _TRIED), _TRIED):
        moved = _moved(levels, promising[begin : begin + _TRIED], ranks)
        values = objective.values(moved)
        if values.min() < limit:
            return moved[np.argmin(values)], float(values.min())
    return None


def _forbidden(levels: Counts, ranks: int) -> Vector:
    """Infinity [n r, n r] on the lower triangle and where one device would be moved to two places."""
    device, level = np.divmod(np.arange(len(levels) * ranks), ranks)
    stays = level == levels[device]
    twice = (device[:, None] == device) & ~(stays[:, None] | stays)
    lower = np.tri(len(device), k=-1, dtype=bool)
    return np.where(twice | lower, np.inf, 0.0)


def _moved(levels: Counts, pairs: NDArray[np.int64], ranks: int) -> Counts:
    """Levels [m, n] after the moves that index the bounds; moves to where a device is change nothing."""
    first, second = np.divmod(pairs, len(levels) * ranks)
    moved, rows = np.repeat(levels[None, :], len(pairs), axis=0), np.arange(len(pairs))
    for move in (first, second):
        device, level = np.divmod(move, ranks)
        moves = level != levels[device]
        moved[rows[moves], device[moves]] = level[moves]
    return moved
