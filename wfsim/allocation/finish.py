"""Equal finish times: the earliest that a band allows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.allocation.bands import bands_and_slopes, capped_rate_bps

Vector = NDArray[np.float64]

_MOST_STEPS = 60
_PRECISION = 4e-15


def finish_times_s(
    bits: Vector, snr_hz: Vector, ready_s: Vector, band_hz: float, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf
) -> Vector:
    """The earliest common finish time [...] of n uploads of `bits` [..., n] that begin at `ready_s` [n], in s.

    Root of sum b_k(bits_k / (T - ready_k)) = band. That sum is convex and falls with T, so Newton climbs onto its root
    from the time at which the slowest would end if each had the whole band. Needs snr_hz > 0 and bits > 0.
    """
    finish_s = (ready_s + bits / capped_rate_bps(np.float64(band_hz), snr_hz, gap, cap_bps_per_hz)).max(axis=-1)
    for _ in range(_MOST_STEPS):
        needed_hz, slope_hz = bands_needed_hz(bits, snr_hz, ready_s, finish_s[..., None], gap, cap_bps_per_hz)
        step_s = (needed_hz.sum(axis=-1) - band_hz) / slope_hz.sum(axis=-1)
        finish_s = finish_s + np.maximum(step_s, 0.0)
        if (step_s <= _PRECISION * finish_s).all():
            break
    return finish_s


def bands_needed_hz(
    bits: Vector, snr_hz: Vector, ready_s: Vector, finish_s: Vector, gap: float, cap_bps_per_hz: float
) -> tuple[Vector, Vector]:
    """The bands with which uploads end at `finish_s` > `ready_s`, and how fast those fall with it, Hz and Hz/s."""
    left_s = finish_s - ready_s
    bands_hz, slopes = bands_and_slopes(bits / left_s, snr_hz, gap, cap_bps_per_hz)
    return bands_hz, slopes * bits / left_s**2


def min_max_bands_hz(
    bits: Vector, snr_hz: Vector, band_hz: float, *, gap: float = 1.0, cap_bps_per_hz: float = np.inf
) -> tuple[Vector, float]:
    """Bands [n] that make n uploads of `bits` finish together as early as possible, and that time in seconds.

    Equal finish times are optimal for min-max; the total band needed falls with the finish time, so it is a
    monotone root. Source: KKT conditions of min T subject to r_k(b_k) T = bits_k, sum b_k = B, where r_k(b) is
    b min(log2(1 + snr_k/(gap b)), cap), which rises with b.
    """
    start_s = np.zeros_like(bits)
    finish_s = finish_times_s(bits, snr_hz, start_s, band_hz, gap=gap, cap_bps_per_hz=cap_bps_per_hz)
    needed_hz, _ = bands_needed_hz(bits, snr_hz, start_s, finish_s, gap, cap_bps_per_hz)
    return within(needed_hz, band_hz), float(finish_s)


def within(bands_hz: Vector, band_hz: float) -> Vector:
    """Bands [n] without the last digit by which their sum may exceed the band."""
    return bands_hz * min(1.0, band_hz / float(bands_hz.sum()))
