"""No queue: a budget of time that every round keeps."""

from __future__ import annotations

import numpy as np

from wfsim.allocation.knapsack import greedy_levels, least_loss
from wfsim.allocation.problem import Counts, Solution, Uploads, together

_ROUNDING = 1e-12


def solve_within(uploads: Uploads, *, budget_s: float) -> Solution:
    """Ranks and bands of least sum p_k eps_k(s_k) with every upload over by `budget_s`, as early as those ranks allow.

    At a given time the ranks are a knapsack of hertz, solved exactly (`least_loss`). Where even one rank of everybody
    takes longer, one rank is kept and `finish_s` exceeds the budget.
    """
    levels = np.zeros(len(uploads.bits), dtype=np.int64)
    if uploads.bits.shape[1] > 1 and least_round_s(uploads) <= budget_s:
        levels = _most_within(uploads, budget_s)
    bands_hz, finish_s = together(uploads, levels)
    left_out = float(uploads.chosen(uploads.distortion, levels).sum())
    return Solution(keep=levels + 1, bands_hz=bands_hz, finish_s=finish_s, objective=left_out)


def _most_within(uploads: Uploads, budget_s: float) -> Counts:
    needed_hz, _ = uploads.needed_hz(np.float64(budget_s))
    band_hz = uploads.band_hz * (1.0 + _ROUNDING)
    (greedy,) = greedy_levels(needed_hz[None], uploads.distortion, band_hz)
    return least_loss(needed_hz, uploads.distortion, band_hz, greedy)


def least_round_s(uploads: Uploads) -> float:
    """The earliest common finish time of one rank each: no budget below it can be met."""
    return float(uploads.finish_s(np.zeros(len(uploads.bits), dtype=np.int64)))
