"""Slot `access`: how active transfers share the band."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder


class Access(Part, slot="access"):
    """Divides the band among the transfers on the air, anew at each arrival and departure."""

    def divide(self, band_hz: float, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shares in Hz [n] for band weights [n], each a fraction of the band in (0, 1]."""
        raise NotImplementedError(type(self).__name__)

    def total_hz(self, band_hz: float, transfers: int) -> float:
        """The band that `transfers` shares may add up to, Hz."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
