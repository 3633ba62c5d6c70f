"""Phi: what a rank costs in accuracy, as squared error of the adapter product relative to its full-rank energy.

Phi(r) = tail(r) + dropped(r) + covariance(r), the three effects that TSFA's convergence bound names (Kim & Choi, arXiv
2505.00333): energy beyond rank r, energy of the ranks that a latency budget leaves out, and the error of averaging
factors separately. Implements the published idea; the terms and their common unit are ours. Pure, no channel, no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Energies = NDArray[np.float64]

_EQUAL = 1e-9  # relative difference up to which two costs are the same, and the smaller rank is chosen


@dataclass(frozen=True, kw_only=True)
class RankCost:
    """One line of the table. `kept` ranks of every matrix are sent; None where not even one meets the budget.

    `upload_bits` and `round_s` are those of what is kept, or of the least that can be sent; errors are shares of the
    full-rank energy, None where nothing can be kept.
    """

    rank: int
    upload_bits: float
    round_s: float
    kept: int | None
    tail: float
    dropped: float | None
    covariance: float

    @property
    def phi(self) -> float | None:
        """tail + dropped + covariance; None where the budget is not met."""
        return None if self.dropped is None else self.tail + self.dropped + self.covariance


def tail(energies: Energies, rank: int) -> float:
    """Share of the energy beyond `rank`; `energies` [modes] fall and sum to 1."""
    return float(energies[rank:].sum())


def dropped(energies: Energies, rank: int, kept: int) -> float:
    """Share of the full-rank energy between `kept` and `rank`, which is trained and not sent."""
    return float(energies[kept:rank].sum())


def covariance(at_largest: float, rank: int, largest: int) -> float:
    """Squared covariance norm over energy at `rank`, of what it is at the `largest` rank.

    Proportional to the rank: the norm's square is a sum over ranks if their errors are independent.
    """
    return at_largest * rank / largest


def best(costs: Sequence[RankCost]) -> RankCost | None:
    """The rank of the least Phi among those that meet the budget, the smallest of equal ones; None where none does."""
    within = [(cost.phi, cost) for cost in costs if cost.phi is not None]
    if not within:
        return None
    limit = min(phi for phi, _ in within) * (1.0 + _EQUAL)
    return min((cost for phi, cost in within if phi <= limit), key=lambda cost: cost.rank)
