"""Pure bandwidth solvers: no state, no time, no objects.

The medium divides the band with `divide_band`; the others are for weights and controllers that solve for shares.

Notation: `snr_hz` = P g / N0 in Hz (received power over noise density), `gap` >= 1 the SNR gap to capacity, linear.
A share b carries b log2(1 + snr_hz / (gap b)) bit/s: it saturates at snr_hz / (gap ln 2), because power is limited.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_NO_BAND_HZ = 1e30  # more than this is no band at all


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


def required_bands_hz(rates: Vector, snr_hz: Vector, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf) -> Vector:
    """The least bands [n] that carry `rates` [n] bit/s; infinity where power alone forbids it (>= snr_hz/(gap ln 2)).

    Monotone roots of b log2(1 + snr_hz/(gap b)) = rate by bisection on log1p: the Lambert-W closed form loses all
    digits below an SNR of 1e-3. Relative error <= 1e-9 down to an SNR of 1e-6, where the root is ill-conditioned.
    """
    bands_hz = np.where(rates > 0.0, np.inf, 0.0)
    found = (rates > 0.0) & (rates < snr_hz / (gap * np.log(2.0)))
    roots_hz = _roots_hz(rates[found], snr_hz[found], gap)
    bands_hz[found] = np.maximum(roots_hz, rates[found] / cap_bps_per_hz)
    return bands_hz


def required_band_hz(rate: float, snr_hz: float, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf) -> float:
    """`required_bands_hz` of one link."""
    return float(required_bands_hz(np.array([rate]), np.array([snr_hz]), gap=gap, cap_bps_per_hz=cap_bps_per_hz)[0])


def _roots_hz(rates: Vector, snr_hz: Vector, gap: float) -> Vector:
    low, high = np.zeros_like(rates), rates.copy()
    while (short := (rate_bps(high, snr_hz, gap) < rates) & (high < _NO_BAND_HZ)).any():
        low, high = np.where(short, high, low), np.where(short, 2.0 * high, high)
    while (high - low > 1e-13 * high).any():
        middle = 0.5 * (low + high)
        enough = rate_bps(middle, snr_hz, gap) >= rates
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(high < _NO_BAND_HZ, high, np.inf)


def min_max_bands_hz(
    bits: Vector, snr_hz: Vector, band_hz: float, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf
) -> tuple[Vector, float]:
    """Bands [n] that make n uploads of `bits` finish together as early as possible, and that time in seconds.

    Equal finish times are optimal for min-max; the total band needed falls with the finish time, so it is a
    monotone root. Source: KKT conditions of min T subject to r_k(b_k) T = bits_k, sum b_k = B, where r_k(b) is
    b min(log2(1 + snr_k/(gap b)), cap), which rises with b.
    """

    def needed(finish_s: float) -> Vector:
        return required_bands_hz(bits / finish_s, snr_hz, gap=gap, cap_bps_per_hz=cap_bps_per_hz)

    high = 1.0
    while needed(high).sum() > band_hz:
        high *= 2.0
    low = 0.0
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if needed(middle).sum() <= band_hz else (middle, high)
    return needed(high), high
