"""Pure bandwidth solvers: no state, no time, no objects.

The medium divides the band with `divide_band`; the others are for weights and controllers that solve for shares.

Notation: `snr_hz` = P g / N0 in Hz (received power over noise density), `gap` >= 1 the SNR gap to capacity, linear.
A share b carries b log2(1 + snr_hz / (gap b)) bit/s: it saturates at snr_hz / (gap ln 2), because power is limited.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def divide_band(band_hz: float, weights: Vector, *, work_conserving: bool) -> Vector:
    """Shares in Hz of a band by weights >= 0, shape [n]; their sum never exceeds `band_hz`.

    Work conserving: the active weights share the whole band. Otherwise a weight is a fixed fraction of the band
    (scaled down only if the active fractions would exceed it), so an idle share stays idle.
    """
    total = float(weights.sum())
    scale = total if work_conserving or total > 1.0 else 1.0
    return band_hz * weights / scale


def rate_bps(band_hz: Vector, snr_hz: Vector, gap: float = 1.0) -> Vector:
    """Shannon rate with a gap: b log2(1 + snr_hz / (gap b)), any broadcastable shapes, b > 0."""
    return band_hz * np.log1p(snr_hz / (gap * band_hz)) / np.log(2.0)


def required_band_hz(rate: float, snr_hz: float, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf) -> float:
    """The least band that carries `rate` bit/s, or infinity where power alone forbids it (rate >= snr_hz/(gap ln 2)).

    Monotone root of b log2(1 + snr_hz/(gap b)) = rate by bisection on log1p: the Lambert-W closed form loses all
    digits below an SNR of 1e-3. Relative error <= 1e-9 down to an SNR of 1e-6, where the root is ill-conditioned.
    """
    if rate <= 0.0:
        return 0.0
    if rate >= snr_hz / (gap * np.log(2.0)):
        return float(np.inf)
    low, high = 0.0, rate
    while rate_bps(np.float64(high), np.float64(snr_hz), gap) < rate:
        low, high = high, 2.0 * high
        if high > 1e30:
            return float(np.inf)
    return max(_bisect(rate, snr_hz, gap, low, high), rate / cap_bps_per_hz)


def _bisect(rate: float, snr_hz: float, gap: float, low: float, high: float) -> float:
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        enough = rate_bps(np.float64(middle), np.float64(snr_hz), gap) >= rate
        low, high = (low, middle) if enough else (middle, high)
    return high


def min_max_bands_hz(bits: Vector, snr_hz: Vector, band_hz: float, *, gap: float = 1.0) -> tuple[Vector, float]:
    """Bands [n] that make n uploads of `bits` finish together as early as possible, and that time in seconds.

    Equal finish times are optimal for min-max; the total band needed falls with the finish time, so it is a
    monotone root. Source: KKT conditions of min T subject to b_k log2(1 + snr_k/(gap b_k)) T = bits_k, sum b_k = B.
    """

    def needed(finish_s: float) -> Vector:
        return np.array([required_band_hz(d / finish_s, s, gap=gap) for d, s in zip(bits, snr_hz, strict=True)])

    high = 1.0
    while needed(high).sum() > band_hz:
        high *= 2.0
    low = 0.0
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if needed(middle).sum() <= band_hz else (middle, high)
    return needed(high), high
