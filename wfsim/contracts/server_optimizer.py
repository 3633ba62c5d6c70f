"""What every optimiser of the server promises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from wfsim.aggregate.server import Moments, ServerOptimizer
from wfsim.contracts._require import require, require_equal

_ENTRIES, _VERSIONS = 40, 6


def _mean(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(_ENTRIES)


def check_the_first_step_goes_along_the_mean(optimizer: ServerOptimizer) -> None:
    """Entry by entry, and an entry without a mean stays."""
    mean = np.where(np.arange(_ENTRIES) < 3, 0.0, _mean(1))
    direction, _ = optimizer.direction(mean, optimizer.begin(_ENTRIES))
    require(np.array_equal(np.sign(direction), np.sign(mean)), "the first step does not go along the mean")


def check_memory_is_finite_and_keeps_its_shape(optimizer: ServerOptimizer) -> None:
    """One float64 per entry and name, as `begin` has them."""
    for before, after in pairwise(_walk(optimizer)):
        require_equal(after.keys(), before.keys(), "the names of what is remembered")
        for array in after.values():
            fits = array.shape == (_ENTRIES,) and array.dtype == np.float64 and bool(np.isfinite(array).all())
            require(fits, "what is remembered is not one finite float64 per entry")


def check_it_leaves_its_inputs_alone(optimizer: ServerOptimizer) -> None:
    """A server that goes back to an older version takes its memory from there."""
    moments, mean = optimizer.begin(_ENTRIES), _mean(2)
    kept = {name: array.copy() for name, array in moments.items()}
    optimizer.direction(mean, moments)
    require(all(np.array_equal(moments[name], kept[name]) for name in kept), "it changes the memory it was given")
    require(np.array_equal(mean, _mean(2)), "it changes the mean it was given")


def check_entries_do_not_see_each_other(optimizer: ServerOptimizer) -> None:
    """The step of an entry follows from its own means alone."""
    whole, half = optimizer.begin(_ENTRIES), optimizer.begin(_ENTRIES // 2)
    for seed in range(_VERSIONS):
        step, whole = optimizer.direction(_mean(seed), whole)
        part, half = optimizer.direction(_mean(seed)[: _ENTRIES // 2], half)
        require(np.array_equal(step[: _ENTRIES // 2], part), "a step depends on other entries")


def _walk(optimizer: ServerOptimizer) -> list[Moments]:
    states = [optimizer.begin(_ENTRIES)]
    for seed in range(_VERSIONS):
        states.append(optimizer.direction(_mean(seed), states[-1])[1])
    return states
