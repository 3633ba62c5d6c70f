"""The band of one direction: what foreign traffic leaves of it, divided among the transfers on the air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.access import Access
from wfsim.radio.background import ForeignTraffic


@dataclass(frozen=True, kw_only=True, eq=False)
class Division:
    """A division of the band: `shares_hz` [transfers] and `background_hz` are at most `total_hz` together.

    It holds until a transfer starts or ends, at the latest until `until_s`.
    """

    shares_hz: NDArray[np.float64]
    background_hz: float
    total_hz: float
    until_s: float

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left for any transfer."""
        return not self.shares_hz.any()


@dataclass(frozen=True, kw_only=True, eq=False)
class Band:
    """A band of `band_hz`. Foreign traffic comes first; where every transfer has a band of its own, in each of them."""

    band_hz: float
    access: Access
    background: ForeignTraffic

    def divide(self, t_s: float, weights: NDArray[np.float64]) -> Division:
        """The division among transfers of these weights [n], n >= 1, at a time."""
        taken, total_hz = self.background.share(t_s), self.access.total_hz(self.band_hz, len(weights))
        return Division(
            shares_hz=self.access.divide(self.band_hz * (1.0 - taken), weights),
            background_hz=taken * total_hz,
            total_hz=total_hz,
            until_s=self.background.holds_until_s(t_s),
        )

    def free_share(self, t_s: float) -> float:
        """The fraction of the band in [0, 1] that foreign traffic leaves at a time."""
        return 1.0 - self.background.share(t_s)
