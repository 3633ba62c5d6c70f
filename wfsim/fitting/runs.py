"""Losses as alternating runs, and what a two-state Markov chain says of them: likelihood and run lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.fitting import Vector

Counts = NDArray[np.int64]

_LEAST_EXPECTED = 5.0  # of a bin of the chi-square test


class Chain(NamedTuple):
    """The fields of a Gilbert-Elliott model."""

    p_good_to_bad: float
    p_bad_to_good: float
    loss_good: float
    loss_bad: float

    def steps(self) -> tuple[Vector, Vector]:
        """Transition and then an arrival, a loss: two matrices [2, 2] over (good, bad)."""
        p, r, *losses = self
        transition, lost = np.array([[1.0 - p, p], [r, 1.0 - r]]), np.array(losses)
        return transition * (1.0 - lost), transition * lost

    def stationary(self) -> Vector:
        """Shares of good and bad."""
        p, r = self[:2]
        return np.array([r, p]) / (p + r)


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """Lengths of consecutive runs; the first one is of losses if `first_lost`."""

    lengths: Counts
    first_lost: bool

    @property
    def packets(self) -> int:
        """All of them."""
        return int(self.lengths.sum())

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Which runs are of losses."""
        return (np.arange(len(self.lengths)) % 2 == 0) == self.first_lost

    def whole(self, *, lost: bool) -> Counts:
        """Lengths of the runs of one sort whose both ends were seen."""
        return self.lengths[1:-1][self.lost[1:-1] == lost]


def runs_of(lost: NDArray[np.bool_]) -> Runs:
    """The runs of a sequence of fates."""
    edges = np.flatnonzero(np.diff(lost.astype(np.int8))) + 1
    return Runs(lengths=np.diff(np.concatenate([[0], edges, [len(lost)]])), first_lost=bool(lost[0]))


def log_likelihood(chain: Chain, runs: Runs) -> float:
    """Of the whole sequence: the forward algorithm, a matrix per run, multiplied pair by pair."""
    scale, product = 0.0, np.empty((len(runs.lengths), 2, 2))
    for lost, step in enumerate(chain.steps()):
        those = runs.lost == bool(lost)
        logarithms, product[those] = _powers(step, runs.lengths[those])
        scale += float(logarithms.sum())
    while len(product) > 1:
        odd = product[len(product) - len(product) % 2 :]
        product = np.concatenate([product[:-1:2] @ product[1::2], odd])
        largest = product.max(axis=(1, 2), keepdims=True)
        if not largest.all():
            return -np.inf
        scale, product = scale + float(np.log(largest).sum()), product / largest
    weight = float((chain.stationary() @ product[0]).sum())
    return scale + float(np.log(weight)) if weight > 0.0 else -np.inf


def _powers(step: Vector, lengths: Counts) -> tuple[Vector, Vector]:
    """step^k for every length k, as logarithms of scales [runs] and matrices [runs, 2, 2].

    M^k = x^k (P + (y / x)^k Q) with the eigenvalues x > |y|; by repeated multiplication where they fall together.
    """
    half, root = np.trace(step) / 2.0, np.sqrt(max((step[0, 0] - step[1, 1]) ** 2 / 4.0 + step[0, 1] * step[1, 0], 0.0))
    large, small = half + root, half - root
    if not large > 0.0 or large - small < 1e-12 * large:
        return np.zeros(len(lengths)), np.array([np.linalg.matrix_power(step, int(k)) for k in lengths])
    mode = (step - small * np.eye(2)) / (large - small)
    others = ((small / large) ** lengths.astype(np.float64))[:, None, None] * (np.eye(2) - mode)
    return lengths * np.log(large), np.maximum(mode + others, 0.0)


def run_shares(chain: Chain, *, lost: bool, longest: int) -> Vector:
    """P(a run has length 1, 2, ... longest), [longest], of runs of losses or of arrivals."""
    arrives, fails = chain.steps()
    stays, leaves = (fails, arrives) if lost else (arrives, fails)
    state = chain.stationary() @ leaves @ stays
    state = state / state.sum()
    shares = np.empty(longest)
    for length in range(longest):
        shares[length] = (state @ leaves).sum()
        state = state @ stays
    return shares


def run_length_p(chain: Chain, runs: Runs, fitted: int) -> float:
    """Chi-square test of the lengths of whole runs, in bins of at least 5 expected; 1 where too few are left to test.

    Approximate where runs depend on one another, as they do if a state is not seen from its packets.
    """
    from scipy import stats

    distance, free = 0.0, -fitted
    for lost in (False, True):
        lengths = runs.whole(lost=lost)
        if len(lengths):
            observed, expected = _binned(lengths, run_shares(chain, lost=lost, longest=int(lengths.max())))
            distance += float(np.sum((observed - expected) ** 2 / expected))
            free += len(observed) - 1
    return float(stats.chi2.sf(distance, free)) if free > 0 else 1.0


def _binned(lengths: Counts, shares: Vector) -> tuple[Vector, Vector]:
    """Observed and expected counts of lengths 1, 2, ... and of longer ones, neighbours joined until 5 are expected."""
    expected = len(lengths) * np.append(shares, max(1.0 - shares.sum(), 0.0))
    observed = np.bincount(lengths - 1, minlength=len(expected)).astype(np.float64)
    bins: list[list[float]] = [[0.0, 0.0]]
    for seen, due in zip(observed.tolist(), expected.tolist(), strict=True):
        if bins[-1][1] >= _LEAST_EXPECTED:
            bins.append([0.0, 0.0])
        bins[-1][0] += seen
        bins[-1][1] += due
    if len(bins) > 1 and bins[-1][1] < _LEAST_EXPECTED:
        last = bins.pop()
        bins[-1] = [bins[-1][0] + last[0], bins[-1][1] + last[1]]
    seen, due = np.array(bins).T
    return seen, np.maximum(due, 1e-9)
