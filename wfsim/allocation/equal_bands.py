"""The same band for everybody: only the ranks are chosen, and exactly."""

from __future__ import annotations

import numpy as np

from wfsim.allocation.problem import Counts, Solution, Uploads, Vector


def solve_common_equal(uploads: Uploads, *, v: float, queue_s: float) -> Solution:
    """Ranks of least V sum p_k eps_k(s_k) + Q T at equal bands, T when the slowest ends.

    Exact: T is one of the n r times at which an upload may end, and everybody keeps what ends by then.
    """
    ends_s = _ends_s(uploads)
    times_s = np.unique(ends_s[ends_s >= ends_s[:, 0].max()])[::-1]
    levels = (ends_s <= times_s[:, None, None]).sum(axis=-1) - 1
    values = v * uploads.chosen(uploads.distortion, levels).sum(axis=-1) + queue_s * times_s
    best = int(np.argmin(values))
    return _solution(uploads, ends_s, levels[best], float(values[best]))


def solve_per_device_equal(uploads: Uploads, *, v: float, queues_s: Vector) -> Solution:
    """Ranks of least V sum p_k eps_k(s_k) + sum Q_k T_k at equal bands: everybody decides alone. Exact."""
    ends_s = _ends_s(uploads)
    costs = v * uploads.distortion + queues_s[:, None] * ends_s
    levels = uploads.bits.shape[1] - 1 - costs[:, ::-1].argmin(axis=1)
    return _solution(uploads, ends_s, levels, float(uploads.chosen(costs, levels).sum()))


def solve_within_equal(uploads: Uploads, *, budget_s: float) -> Solution:
    """The most ranks that end by `budget_s` at equal bands, at least one each. Exact."""
    ends_s = _ends_s(uploads)
    levels = np.maximum((ends_s <= budget_s).sum(axis=1) - 1, 0)
    return _solution(uploads, ends_s, levels, float(uploads.chosen(uploads.distortion, levels).sum()))


def least_equal_round_s(uploads: Uploads) -> float:
    """When the last of one rank each ends at equal bands."""
    return float(_ends_s(uploads)[:, 0].max())


def _ends_s(uploads: Uploads) -> Vector:
    """When each would end [n, r] with an n-th of the band."""
    rates = uploads.rates_bps(np.full(len(uploads.bits), uploads.band_hz / len(uploads.bits)))
    return uploads.ready_s[:, None] + uploads.flown_bits / rates[:, None]


def _solution(uploads: Uploads, ends_s: Vector, levels: Counts, objective: float) -> Solution:
    count = len(uploads.bits)
    return Solution(
        keep=levels + 1,
        bands_hz=np.full(count, uploads.band_hz / count),
        finish_s=float(uploads.chosen(ends_s, levels).max()),
        objective=objective,
    )
