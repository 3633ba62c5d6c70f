"""What a round's uploads look like to the solvers, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.allocation.bands import capped_rate_bps
from wfsim.allocation.finish import bands_needed_hz, finish_times_s, within

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Uploads:
    """n uploads that may keep 1 to r ranks each and share a band.

    `bits` [n, r] > 0 on the air, never falling with the ranks kept; `dropped` [n, r] share of the energy left out,
    falling to 0; `shares` [n] of the data, sum 1; `snr_hz` [n] > 0; `ready_s` [n] when each may begin, since the round
    began. The link has an SNR `gap` >= 1, a cap, and loses the share `loss` of its packets, which fly again.
    """

    bits: Vector
    dropped: Vector
    shares: Vector
    snr_hz: Vector
    ready_s: Vector
    band_hz: float
    gap: float = 1.0
    cap_bps_per_hz: float = np.inf
    loss: float = 0.0

    @property
    def flown_bits(self) -> Vector:
        """Expected bits [n, r] with those that fly again."""
        return self.bits / (1.0 - self.loss)

    @property
    def distortion(self) -> Vector:
        """p_k eps_k(s) [n, r]."""
        return self.shares[:, None] * self.dropped

    def chosen(self, table: Vector, levels: Counts) -> Vector:
        """The entries [..., n] of a table [n, r] at `levels` [..., n] = ranks kept - 1."""
        return table[np.arange(len(table)), levels]

    def pair_sums(self, table: Vector, levels: Counts) -> Vector:
        """Sums of a table [n, r] over devices after every pair of moves from `levels` [n]: [n r, n r]."""
        now = self.chosen(table, levels)
        change = (table - now[:, None]).ravel()
        return now.sum() + np.add.outer(change, change)

    def finish_s(self, levels: Counts) -> Vector:
        """Exact min-max finish times [...] at `levels` [..., n]."""
        bits = self.chosen(self.flown_bits, levels)
        return finish_times_s(
            bits, self.snr_hz, self.ready_s, self.band_hz, gap=self.gap, cap_bps_per_hz=self.cap_bps_per_hz
        )

    def needed_hz(self, finish_s: Vector) -> tuple[Vector, Vector]:
        """Bands [..., n, r] that end at `finish_s` [...] whatever is kept, and how fast those fall with it, Hz/s."""
        return bands_needed_hz(
            self.flown_bits,
            self.snr_hz[:, None],
            self.ready_s[:, None],
            np.asarray(finish_s)[..., None, None],
            self.gap,
            self.cap_bps_per_hz,
        )

    def rates_bps(self, bands_hz: Vector) -> Vector:
        """What bands [..., n] carry."""
        return capped_rate_bps(bands_hz, self.snr_hz, self.gap, self.cap_bps_per_hz)


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """Ranks kept [n] (1 to r), bands [n] with sum <= band, when the last upload ends since the round began, and the
    objective that was minimised."""

    keep: Counts
    bands_hz: Vector
    finish_s: float
    objective: float


def together(uploads: Uploads, levels: Counts) -> tuple[Vector, float]:
    """Bands [n] with which uploads at `levels` [n] end together as early as possible, and that time in s."""
    finish_s = uploads.finish_s(levels)
    needed_hz = uploads.chosen(uploads.needed_hz(finish_s)[0], levels)
    return within(needed_hz, uploads.band_hz), float(finish_s)
