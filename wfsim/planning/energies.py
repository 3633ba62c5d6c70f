"""How the energy of an adapter product spreads over its modes: assumed, or measured on an adapter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim import factors
from wfsim.errors import RunError
from wfsim.messages import Adapter, Pair, PairShape

Energies = NDArray[np.float64]


def assumed_energies(exponent: float, pairs: Sequence[PairShape]) -> Energies:
    """Energies e_i ~ i^-exponent over all modes of every matrix, matrices alike: [modes], falling, of sum 1."""
    lengths = [min(pair.d_out, pair.d_in) for pair in pairs]
    total = np.zeros(max(lengths))
    for length in lengths:
        power = np.arange(1.0, length + 1.0) ** -exponent
        total[:length] += power / power.sum()
    return total / len(lengths)


def measured_energies(adapter: Adapter) -> tuple[Energies, float]:
    """Squared singular values of B A summed over matrices, as shares [rank], falling; and their sum.

    Raises RunError for an adapter that has not moved.
    """
    squares = sum(_squares(pair) for pair in adapter.pairs.values())
    energy = float(np.sum(squares))
    if not energy > 0.0:
        raise RunError("the pilot learned nothing: every product of factors is zero; give it more rounds")
    return squares / energy, energy


def _squares(pair: Pair) -> Energies:
    singular = factors.qr_core(pair.b, pair.a).s
    return np.pad(singular**2, (0, len(pair.a) - len(singular)))
