"""Shannon rate with a gap, a cap and a floor."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.radio.link import Link
from wfsim.units import db_to_linear

_LN2 = float(np.log(2.0))


class Shannon(Link, kind="shannon"):
    """min(log2(1 + snr / gap), cap) bit/s/Hz, and nothing where that is below the floor.

    Gap to capacity after Goldsmith 2005, ch. 9.3; NR LDPC at 10 % BLER: 0.6 to 2.7 dB; 7.4 is 256QAM at rate 0.926.
    """

    gap_db: float = Field(2.0, ge=0.0, description="SNR gap to capacity, dB")
    max_bps_per_hz: float = Field(7.4, gt=0.0, description="highest efficiency, bit/s/Hz")
    min_bps_per_hz: float = Field(0.0, ge=0.0, description="lowest efficiency; below it the rate is zero, bit/s/Hz")

    @model_validator(mode="after")
    def _floor_below_cap(self) -> Shannon:
        if self.min_bps_per_hz > self.max_bps_per_hz:
            raise ValueError(f"min_bps_per_hz {self.min_bps_per_hz:g} exceeds max_bps_per_hz {self.max_bps_per_hz:g}")
        return self

    def efficiency(self, snr: NDArray[np.float64]) -> NDArray[np.float64]:
        curve = np.log1p(np.asarray(snr, dtype=np.float64) / self._gap) / _LN2
        capped = np.minimum(curve, self.max_bps_per_hz)
        return np.where(curve < self.min_bps_per_hz, 0.0, capped) if self.min_bps_per_hz else capped

    @cached_property
    def _gap(self) -> float:
        return float(db_to_linear(self.gap_db))

    def at_cap(self, efficiency: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(efficiency) >= self.max_bps_per_hz
