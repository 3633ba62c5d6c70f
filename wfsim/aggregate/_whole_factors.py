"""What devices ended with, as whole factors: for rules that work on products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Adapter, AdapterShapes, Arrival

Matrix = NDArray[np.float64]


class Factors(NamedTuple):
    """Of one matrix, device by device: `a` [uploads, rank, d_in] and `b` [uploads, d_out, rank]."""

    a: Matrix
    b: Matrix


class Ended(NamedTuple):
    """Uploads of which something arrived, in order of device name: factors by pair name, dense tensors by name
    [uploads, ...], and weights [uploads] that sum to 1."""

    weights: Matrix
    pairs: Mapping[str, Factors]
    dense: Mapping[str, Matrix]

    def mean(self, values: Matrix) -> Matrix:
        """Weighted mean over the first axis."""
        return np.einsum("k,k...->...", self.weights, values)


def ended(current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Ended | None:
    """Start + delta of every upload of which something arrived, in float64; None where nothing did.

    What else was lost of such an upload is a zero delta. A start that is not known is `current`.
    """
    came = sorted((each for each in arrivals if each.mask.any()), key=lambda each: each.members)
    if not came:
        return None
    each = [Adapter.from_vector(shapes, _end(arrival, current)) for arrival in came]
    weights = np.array([arrival.update.weight for arrival in came])
    return Ended(
        weights=weights / weights.sum(),
        pairs={name: _stacked([adapter.pairs[name] for adapter in each]) for name in current.pairs},
        dense={name: np.array([adapter.dense[name] for adapter in each]) for name in current.dense},
    )


def _end(arrival: Arrival, current: Adapter) -> Matrix:
    start = current.vector() if arrival.start is None else arrival.start
    return start.astype(np.float64) + arrival.update.vector()


def _stacked(pairs: Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]]) -> Factors:
    return Factors(a=np.array([a for a, _ in pairs]), b=np.array([b for _, b in pairs]))
