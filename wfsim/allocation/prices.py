"""The band that is best at a price, and the price that sells a whole band."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_FIXED_POINT_STEPS, _NEWTON_STEPS, _MOST_STEPS = 3, 4, 60
_PRECISION = 1e-13


def bands_at_price_hz(prices: Vector, snr_hz: Vector, gap: float, cap_bps_per_hz: float) -> Vector:
    """The bands at which R'(b)/R(b)^2 equals prices > 0, R the capped rate; any broadcastable shapes, Hz.

    Below the cap's corner R = cap b; above it the root in w = ln(1 + SNR) of
    (e^w - 1)^2 (w + e^-w - 1) / w^2 = price (snr_hz / gap)^2 / ln 2; in between the corner itself.
    """
    scale_hz = snr_hz / gap
    curve_hz = scale_hz / np.expm1(_log_snr_at_price(prices * scale_hz**2 / np.log(2.0)))
    if not np.isfinite(cap_bps_per_hz):
        return curve_hz
    corner_hz = scale_hz / np.expm1(cap_bps_per_hz * np.log(2.0))
    return np.maximum(np.minimum(np.sqrt(1.0 / (cap_bps_per_hz * prices)), corner_hz), curve_hz)


def _log_snr_at_price(target: Vector) -> Vector:
    root = np.log1p(np.sqrt(2.0 * target))
    for _ in range(_FIXED_POINT_STEPS):
        root = np.log1p(np.sqrt(target * root**2 / _flatness(root)))
    for _ in range(_NEWTON_STEPS):
        filled, flatness = -np.expm1(-root), _flatness(root)
        excess = 2.0 * (root + np.log(filled / root)) + np.log(flatness / target)
        root = root - excess / (2.0 / filled + filled / flatness - 2.0 / root)
    return root


def _flatness(log_snr: Vector) -> Vector:
    """w + e^-w - 1, by its series where the difference has no digits."""
    small = log_snr * log_snr * (0.5 - log_snr / 6.0 + log_snr * log_snr / 24.0)
    return np.where(log_snr < 1e-4, small, log_snr + np.expm1(-log_snr))


def falling_root(function: Callable[[Vector], Vector], low: Vector, high: Vector) -> Vector:
    """Roots [m] of falling functions between `low` and `high`: false position with Illinois' rule."""
    at_low, at_high = np.maximum(function(low), 0.0), np.minimum(function(high), 0.0)
    moved_low = np.zeros(low.shape, dtype=bool)
    moved_high = moved_low
    for _ in range(_MOST_STEPS):
        middle = low + (high - low) * at_low / np.maximum(at_low - at_high, np.finfo(float).tiny)
        value = function(middle)
        if (np.abs(value) <= _PRECISION).all():
            break
        above = value > 0.0
        at_high = np.where(above, np.where(moved_low, 0.5 * at_high, at_high), value)
        at_low = np.where(above, value, np.where(moved_high, 0.5 * at_low, at_low))
        low, high = np.where(above, middle, low), np.where(above, high, middle)
        moved_low, moved_high = above, ~above
    return middle
