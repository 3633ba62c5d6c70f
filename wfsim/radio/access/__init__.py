"""Slot `access`: how active transfers share the band."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder

Array = NDArray[np.float64]


class Access(Part, slot="access"):
    """Divides the band among the transfers on the air, anew at each arrival and departure.

    A rate is share times the efficiency at the SNR over `snr_bands_hz`. In the base class that is the share itself, in
    which a sender puts all its power all the time.
    """

    by_block: ClassVar[bool] = False

    def divide(self, band_hz: float, weights: Array) -> Array:
        """Shares in Hz [n] for band weights [n], each a fraction of the band in (0, 1]."""
        raise NotImplementedError(type(self).__name__)

    def total_hz(self, band_hz: float, transfers: int) -> float:
        """The band that `transfers` shares may add up to, Hz."""
        raise NotImplementedError(type(self).__name__)

    def snr_bands_hz(self, band_hz: float, shares_hz: Array) -> Array:
        """The bands [n] over which senders spread their power while they send, Hz; `band_hz` is all of the band."""
        return shares_hz

    def on_air(self, band_hz: float, shares_hz: Array) -> Array:
        """The fraction of time in [0, 1], same shape as the shares, in which each transfer radiates."""
        return np.ones(shares_hz.shape)

    def within(self, duty_cycle: float, band_hz: float, shares_hz: Array) -> Array:
        """Shares, same shape, that leave nobody on the air for more than `duty_cycle` in (0, 1] of the time.

        An average over the off-times between packets, valid where a transfer has many: EU868 lets a device send for 1 %
        of the time. What one does not use is not given to others.
        """
        if duty_cycle == 1.0:
            return shares_hz
        on_air = self.on_air(band_hz, shares_hz)
        return shares_hz * np.minimum(duty_cycle / np.where(on_air > 0.0, on_air, 1.0), 1.0)

    def merits(self, gains: Array, mean_snr: Array) -> Array:
        """Of links [n] with these known gains [n, pieces], where the band goes by coherence blocks (`by_block`)."""
        raise NotImplementedError(type(self).__name__)

    def divide_blocks(self, band_hz: float, weights: Array, merits: Array) -> Array:
        """Shares in Hz [n, pieces] of a band for weights [n] and merits [n, pieces] (`by_block`)."""
        raise NotImplementedError(type(self).__name__)


class TimeDivision(Access):
    """Base of kinds in which one sender at a time has the whole band, at full power: shares are parts of the time.

    Slots are averaged over, so valid where a coherence block holds many of them. Foreign traffic takes its part of the
    time. A sender is on the air, and draws power, in its own slots only.
    """

    def total_hz(self, band_hz: float, transfers: int) -> float:
        return band_hz

    def snr_bands_hz(self, band_hz: float, shares_hz: Array) -> Array:
        return np.full(shares_hz.shape[:1], band_hz)

    def on_air(self, band_hz: float, shares_hz: Array) -> Array:
        return np.minimum(shares_hz / band_hz, 1.0)


class Scheduling(TimeDivision):
    """Base of kinds that give each coherence block to the transfer of the greatest weight times merit.

    Equals divide it evenly. A broadcast has the least merit of its receivers. `divide` says nominal shares, by weights.
    """

    by_block: ClassVar[bool] = True

    def divide(self, band_hz: float, weights: Array) -> Array:
        return band_hz * weights / weights.sum()

    def divide_blocks(self, band_hz: float, weights: Array, merits: Array) -> Array:
        worth = weights[:, None] * merits
        best = worth == worth.max(axis=0)
        return band_hz * best / best.sum(axis=0)


load_folder(__name__, list(__path__))
