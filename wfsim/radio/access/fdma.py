"""Frequency division."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.allocation import divide_band
from wfsim.radio.access import Access


class Fdma(Access, kind="fdma"):
    """Frequency division: each active transfer has its own sub-band, in proportion to its weight.

    Work conserving (default): the active transfers share the whole band, so an upload that ends frees its share at
    once. Otherwise shares are static: a weight is a fixed fraction of the band, idle when its owner is.
    """

    work_conserving: bool = Field(True, description="active transfers share the whole band")

    def divide(self, band_hz: float, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return divide_band(band_hz, weights, work_conserving=self.work_conserving)

    def total_hz(self, band_hz: float, transfers: int) -> float:
        return band_hz
