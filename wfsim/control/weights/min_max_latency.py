"""Shares that let a cohort's uploads end together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from wfsim.allocation import min_max_bands_hz
from wfsim.control.weights import BandWeights
from wfsim.messages import Candidate, Request
from wfsim.units import db_to_linear

_LOWEST_SNR = 1e-9  # below it a share's rate does not depend on the share


class MinMaxLatency(BandWeights, kind="min_max_latency"):
    """Shares with which uploads that start together end together, as early as possible (see `min_max_bands_hz`).

    Exact for a link of this gap and cap without floor, fading and foreign traffic: elsewhere a rule of thumb. Uploads
    that start apart re-divide a work-conserving band by these weights; `dedicated` access leaves nothing to divide.
    SNRs below -90 dB count as -90 dB.
    """

    reads_csi: ClassVar[bool] = False  # a cohort is known as it was when it was selected

    knowledge: Literal["mean", "instantaneous"] = Field("mean", description="SNR without or with fading")
    gap_db: float = Field(2.0, ge=0.0, description="SNR gap to capacity that the link is taken to have, dB")
    max_bps_per_hz: float = Field(7.4, gt=0.0, description="cap that the link is taken to have, bit/s/Hz")

    def share(self, request: Request, cohort: Sequence[Candidate]) -> float:
        return _fractions(tuple(cohort), self.knowledge, self.gap_db, self.max_bps_per_hz)[request.device]


@lru_cache(maxsize=8)
def _fractions(
    cohort: tuple[Candidate, ...], knowledge: str, gap_db: float, cap_bps_per_hz: float
) -> Mapping[str, float]:
    """By device. Bands in units of the whole band need no bandwidth: an SNR over the band is then P g / N0."""
    ordered = sorted(cohort, key=lambda candidate: candidate.device)
    snr_db = [c.mean_snr_db if knowledge == "mean" else c.snr_db for c in ordered]
    snr = np.maximum(db_to_linear(snr_db), _LOWEST_SNR)
    bits = np.array([candidate.upload_bits for candidate in ordered])
    bands, _ = min_max_bands_hz(bits, snr, 1.0, gap=float(db_to_linear(gap_db)), cap_bps_per_hz=cap_bps_per_hz)
    fractions = bands / max(float(bands.sum()), 1.0)
    return dict(zip([candidate.device for candidate in ordered], fractions.tolist(), strict=True))
