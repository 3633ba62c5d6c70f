"""One queue: what is left out against the common finish time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfsim.allocation.bands import capped_rate_bps
from wfsim.allocation.knapsack import greedy_levels
from wfsim.allocation.problem import Counts, Solution, Uploads, Vector, together
from wfsim.allocation.search import best_of

_TIMES = 48


def solve_common(uploads: Uploads, *, v: float, queue_s: float) -> Solution:
    """Ranks and bands of least V sum p_k eps_k(s_k) + Q T, T the common finish time. V, Q >= 0, not both 0 (else all
    ranks are kept).

    For given T the ranks are a knapsack of hertz (`greedy_levels`); tried at times between keeping one rank and keeping
    all, then improved by exact moves of one or two devices. A heuristic that on small cases finds the optimum.
    """
    ranks = uploads.bits.shape[1]
    objective = _Common(uploads, v, queue_s)
    levels, value = best_of(objective, _candidates(uploads), ranks)
    bands_hz, finish_s = together(uploads, levels)
    return Solution(keep=levels + 1, bands_hz=bands_hz, finish_s=finish_s, objective=value)


def _candidates(uploads: Uploads) -> Counts:
    """All ranks, one rank, and what the knapsack keeps at times between theirs."""
    count, ranks = uploads.bits.shape
    extremes = np.array([[ranks - 1] * count, [0] * count])
    last, first = uploads.finish_s(extremes) - uploads.ready_s.max()
    times_s = uploads.ready_s.max() + np.geomspace(first, last, _TIMES)
    if ranks == 1:
        return extremes
    greedy = greedy_levels(uploads.needed_hz(times_s)[0], uploads.distortion, uploads.band_hz)
    return np.concatenate([extremes, greedy])


@dataclass(frozen=True)
class _Common:
    uploads: Uploads
    v: float
    queue_s: float

    def values(self, levels: Counts) -> Vector:
        left_out = self.uploads.chosen(self.uploads.distortion, levels).sum(axis=-1)
        return self.v * left_out + self.queue_s * self.uploads.finish_s(levels)

    def pair_bounds(self, levels: Counts) -> Vector:
        """The band needed is convex in T, so a Newton step from the present finish time never passes the next one."""
        uploads, now_s = self.uploads, self.uploads.finish_s(levels)
        needed_hz, slope_hz = uploads.needed_hz(now_s)
        with np.errstate(invalid="ignore"):
            step_s = (uploads.pair_sums(needed_hz, levels) - uploads.band_hz) / uploads.pair_sums(slope_hz, levels)
        newton_s = np.where(np.isfinite(step_s), now_s + step_s, 0.0)
        finish_s = np.maximum(newton_s, np.maximum.outer(self._alone_s, self._alone_s))
        return self.v * uploads.pair_sums(uploads.distortion, levels) + self.queue_s * finish_s

    @property
    def _alone_s(self) -> Vector:
        """When each would end with the whole band [n r]."""
        uploads = self.uploads
        rates = capped_rate_bps(np.float64(uploads.band_hz), uploads.snr_hz, uploads.gap, uploads.cap_bps_per_hz)
        return (uploads.ready_s[:, None] + uploads.flown_bits / rates[:, None]).ravel()
