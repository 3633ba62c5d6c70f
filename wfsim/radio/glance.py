"""What the transfers on the air will fly until the coherence block ends: the outlook that crowds nearly always need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.band import Band, Division
from wfsim.radio.channel import Channel
from wfsim.radio.crowd import Crowd
from wfsim.radio.transfer import WHOLE

Array = NDArray[np.float64]


class Glance:
    """An `Outlook` over one piece, of transfers with one link each and knowledge that never errs, in one dimension.

    The same operations in the same order give the same bits in half the time: with hundreds of transfers on the air,
    each start and each end divides the band anew, long before the block is over. `rates_bps`, `efficiency` and
    `finish_s` [transfers]; `on_air` [transfers] is None where all radiate all the time.
    """

    __slots__ = (
        "block",
        "efficiency",
        "end_s",
        "finish_s",
        "flown_bits",
        "on_air",
        "rates_bps",
        "start_s",
        "target_bits",
    )

    def __init__(self, channel: Channel, band: Band, crowd: Crowd, division: Division, start_s: float) -> None:
        self.start_s = start_s
        self.block, self.end_s = channel.block_at(start_s)
        self.efficiency = channel.chosen_in_block(crowd.links, division.snr_bands_hz, self.block)
        self.rates_bps = rates_bps = division.shares_hz * self.efficiency
        self.target_bits = target_bits = crowd.column("remaining_bits").copy()
        self.flown_bits = rates_bps * (self.end_s - start_s)
        all_fly = np.count_nonzero(rates_bps) == len(rates_bps)
        self.on_air = None if all_fly and band.is_always_on_air else (rates_bps > 0.0) * band.on_air(division.shares_hz)
        wait_s = target_bits / (rates_bps if all_fly else np.where(rates_bps > 0.0, rates_bps, np.inf))
        ends_s = np.minimum(start_s + wait_s, self.end_s)
        self.finish_s = np.where(self.flown_bits >= target_bits * WHOLE, ends_s, np.inf)

    @property
    def first_s(self) -> float:
        """When the first pass ends, s; infinity if none does before the block's end."""
        return float(self.finish_s[self.finish_s.argmin()])

    def remaining_bits(self, now_s: float) -> Array:
        """Bits [transfers] that are still to fly at a time; negative by rounding."""
        return self.target_bits if now_s <= self.start_s else self.target_bits - self.rates_bps * (now_s - self.start_s)

    def begin_pass(self, row: int, bits: float) -> None:
        """A transfer's pass has ended, and the next one, of so many bits, follows in the same stream of bits."""
        before = float(self.target_bits[row])
        self.target_bits[row] = target = before + bits
        self.finish_s[row] = max(self._finish_s(row, target, before + bits * WHOLE), float(self.finish_s[row]))

    def _finish_s(self, row: int, target_bits: float, enough_bits: float) -> float:
        if self.flown_bits[row] < enough_bits:
            return np.inf
        rate_bps = float(self.rates_bps[row])
        wait_s = target_bits / rate_bps if rate_bps > 0.0 else 0.0
        return min(self.start_s + wait_s, self.end_s)
