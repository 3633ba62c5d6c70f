"""The rate of a share of the band, and the share that a rate needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_STEPS = 4  # Newton's: from that bound four reach the last digit
_LOADS = (1e-290, 1.0 - 1e-12)  # between them the root's exponential is finite and Newton's slope has digits


def rate_bps(band_hz: Vector, snr_hz: Vector, gap: float = 1.0) -> Vector:
    """Shannon rate with a gap: b log2(1 + snr_hz / (gap b)), any broadcastable shapes, b > 0."""
    return band_hz * np.log1p(snr_hz / (gap * band_hz)) / np.log(2.0)


def capped_rate_bps(band_hz: Vector, snr_hz: Vector, gap: float, cap_bps_per_hz: float) -> Vector:
    """`rate_bps`, and never more than `cap_bps_per_hz` times the band."""
    return np.minimum(rate_bps(band_hz, snr_hz, gap), cap_bps_per_hz * band_hz)


def required_bands_hz(rates: Vector, snr_hz: Vector, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf) -> Vector:
    """The least bands [...] that carry `rates` bit/s; infinity where power alone forbids it (>= snr_hz/(gap ln 2)).

    Roots of b log2(1 + snr_hz/(gap b)) = rate, or rate / cap where that is more; the shapes broadcast. Relative error
    <= 1e-9 down to an SNR of 1e-6, where the root is ill-conditioned.
    """
    return bands_and_slopes(rates, snr_hz, gap, cap_bps_per_hz)[0]


def required_band_hz(rate: float, snr_hz: float, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf) -> float:
    """`required_bands_hz` of one link."""
    return float(required_bands_hz(np.array([rate]), np.array([snr_hz]), gap=gap, cap_bps_per_hz=cap_bps_per_hz)[0])


def bands_and_slopes(rates: Vector, snr_hz: Vector, gap: float, cap_bps_per_hz: float) -> tuple[Vector, Vector]:
    """`required_bands_hz` and their derivatives by the rate, Hz per bit/s (infinite where the band is)."""
    scale_hz = snr_hz / gap
    with np.errstate(divide="ignore", invalid="ignore"):
        load = np.where(rates > 0.0, rates * np.log(2.0) / scale_hz, 0.0)
    found = rates < snr_hz / (gap * np.log(2.0))
    log_snr = log_snr_of_load(np.clip(load, *_LOADS))
    root_hz = scale_hz / np.expm1(log_snr)
    least_hz = rates / cap_bps_per_hz
    slope = np.where(root_hz >= least_hz, np.log(2.0) / (log_snr + np.expm1(-log_snr)), 1.0 / cap_bps_per_hz)
    bands_hz = np.where(rates > 0.0, np.where(found, np.maximum(root_hz, least_hz), np.inf), 0.0)
    return bands_hz, np.where(found, slope, np.inf)


def log_snr_of_load(load: Vector) -> Vector:
    """w = ln(1 + SNR) at which w / (e^w - 1) equals y in (0, 1), the rate over its limit at any bandwidth; any shape.

    ln((e^w - 1) / w) + ln y is convex and nearly linear, so Newton falls onto its root from an upper bound
    (Chatzigeorgiou 2013 on Lambert's W, whose closed form would lose all digits below an SNR of 1e-3).
    """
    log_load = np.log(load)
    root = np.sqrt(2.0 * np.maximum(load - 1.0 - log_load, 0.0)) - log_load
    for _ in range(_STEPS):
        filled = -np.expm1(-root)
        root = root - (root + np.log(filled / root) + log_load) / (1.0 / filled - 1.0 / root)
    return root
