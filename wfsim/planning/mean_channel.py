"""The uplink at its mean: no fading, foreign traffic and losses at their averages."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.allocation import finish_times_s
from wfsim.radio.link import Link
from wfsim.radio.link.shannon import Shannon
from wfsim.units import db_to_linear

Vector = NDArray[np.float64]

_TYPICAL_SNR, _HIGHEST_SNR = 10.0, 1e12  # where the curve of a link that is no Shannon link is read off


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanChannel:
    """The links of a cohort that shares `band_hz`: `snr_hz` [devices] is P g / N0 in Hz; gap and cap as for
    `finish_times_s`; a gap of 0 means that nothing takes time."""

    snr_hz: Vector
    band_hz: float
    gap: float
    cap_bps_per_hz: float

    def finish_s(self, bits: float, release_s: Vector) -> float:
        """When uploads of `bits`, which may begin at `release_s` [devices], end together at the earliest.

        Infinity where some device has no signal or never begins.
        """
        last_s = float(release_s.max())
        if bits == 0.0 or self.gap == 0.0 or math.isinf(last_s):
            return last_s
        if not (self.snr_hz > 0.0).all():
            return math.inf
        each = np.full(len(release_s), bits)
        gap, cap = self.gap, self.cap_bps_per_hz
        return float(finish_times_s(each, self.snr_hz, release_s, self.band_hz, gap=gap, cap_bps_per_hz=cap))


def gap_and_cap(link: Link) -> tuple[float, float]:
    """Gap to capacity (linear) and cap in bit/s/Hz: a Shannon link's own, margin included; of any other link what its
    curve shows at 10 dB and at its best; (0, infinity) for one of infinite rate."""
    margin = float(db_to_linear(link.margin_db))
    if isinstance(link, Shannon):
        return margin * float(db_to_linear(link.gap_db)), link.max_bps_per_hz
    typical, cap = link.efficiency(np.array([_TYPICAL_SNR, _HIGHEST_SNR])).tolist()
    if math.isinf(typical):
        return 0.0, math.inf
    return margin * _TYPICAL_SNR / math.expm1(typical * math.log(2.0)), cap
