"""How long an upload is expected to take."""

from __future__ import annotations

import math

import numpy as np

from wfsim.allocation import rate_bps
from wfsim.units import db_to_linear


def upload_s(
    bits: float, snr_db: float, band_hz: float, share: float, *, gap_db: float, max_bps_per_hz: float
) -> float:
    """T = bits / min(b log2(1 + snr B / (gap b)), cap b) with b = share B, in seconds; infinite without signal or band.

    `snr_db` is the SNR over the whole band B = `band_hz`: a device puts all its power into its share. Fading to come,
    losses and changes of the share are not in it.
    """
    if share <= 0.0:
        return math.inf
    own_hz, snr_hz, gap = share * band_hz, float(db_to_linear(snr_db)) * band_hz, float(db_to_linear(gap_db))
    rate = min(float(rate_bps(np.float64(own_hz), np.float64(snr_hz), gap)), max_bps_per_hz * own_hz)
    return bits / rate if rate > 0.0 else math.inf
