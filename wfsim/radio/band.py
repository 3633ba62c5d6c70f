"""The band of one direction: what foreign traffic leaves of it, divided among the transfers on the air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.outages import Downtime
from wfsim.outages.none import AlwaysUp
from wfsim.radio.access import Access
from wfsim.radio.background import ForeignTraffic

Array = NDArray[np.float64]

_ALWAYS_UP = AlwaysUp()


@dataclass(frozen=True, kw_only=True, eq=False)
class Division:
    """A division of the band: `shares_hz` [transfers] and `background_hz` are at most `total_hz` together.

    It holds until a transfer starts or ends, at the latest until `until_s`. Senders spread their power over
    `snr_bands_hz` [transfers].
    """

    shares_hz: Array
    snr_bands_hz: Array
    background_hz: float
    total_hz: float
    until_s: float
    is_down: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left for any transfer."""
        return not np.count_nonzero(self.shares_hz)


@dataclass(frozen=True, kw_only=True, eq=False)
class Band:
    """A band of `band_hz`. Foreign traffic comes first; where every transfer has a band of its own, in each of them.

    During an outage of the station nobody has a share; foreign traffic, which may be another station's, stays. Under a
    `duty_cycle` each sender is on the air for at most that part of the time, on average over its off-times: shares are
    scaled by it, but the band over which a sender spreads its power is not.
    """

    band_hz: float
    access: Access
    background: ForeignTraffic
    downtime: Downtime = _ALWAYS_UP
    duty_cycle: float = 1.0

    def is_down(self, t_s: float) -> bool:
        """Whether the station has an outage."""
        return self.downtime.is_down(t_s)

    def divide(self, t_s: float, weights: Array) -> Division:
        """The division among transfers of these weights [n], n >= 1, at a time."""
        taken, total_hz = self.background.share(t_s), self.access.total_hz(self.band_hz, len(weights))
        is_down, change_s = self.downtime.is_down(t_s), self.downtime.next_change_s(t_s)
        shares_hz = np.zeros(len(weights)) if is_down else self._shares_hz(taken, weights)
        return Division(
            shares_hz=self.access.within(self.duty_cycle, self.band_hz, shares_hz),
            snr_bands_hz=self.access.snr_bands_hz(self.band_hz, shares_hz),
            background_hz=taken * total_hz,
            total_hz=total_hz,
            until_s=change_s if is_down else min(self.background.holds_until_s(t_s), change_s),
            is_down=is_down,
        )

    def _shares_hz(self, taken: float, weights: Array) -> Array:
        return self.access.divide(self.band_hz * (1.0 - taken), weights)

    def divide_blocks(self, division: Division, weights: Array, merits: Array) -> Array:
        """The shares [n, pieces] of a division where the access decides by coherence block."""
        shares_hz = self.access.divide_blocks(self.band_hz - division.background_hz, weights, merits)
        return self.access.within(self.duty_cycle, self.band_hz, shares_hz)

    @property
    def is_always_on_air(self) -> bool:
        """Whether whoever has a share radiates all the time."""
        return self.duty_cycle == 1.0 and type(self.access).on_air is Access.on_air

    def on_air(self, shares_hz: Array) -> Array:
        """The fraction of time, same shape as the shares, in which each transfer radiates."""
        on_air = self.access.on_air(self.band_hz, shares_hz)
        return on_air if self.duty_cycle == 1.0 else np.minimum(on_air, self.duty_cycle)

    def free_share(self, t_s: float) -> float:
        """The fraction of the band in [0, 1] that foreign traffic leaves at a time."""
        return 1.0 - self.background.share(t_s)
