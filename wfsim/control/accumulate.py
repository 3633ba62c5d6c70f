"""Hold back while the network is bad, send together when it recovers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Setting
from wfsim.control._expected import upload_s
from wfsim.control._selecting import Selecting
from wfsim.messages import Candidate, Grant, Request


class Accumulate(Selecting, kind="accumulate"):
    """A device sends when T <= patience_s, or after it has held back `max_held` updates in a row.

    T = bits / min(b log2(1 + snr B / (gap b)), cap b) is the time that its upload is expected to take, with b its
    weight times what foreign traffic leaves of the band B, as known when it asks. What others hold back, fading to
    come and losses are not in T. Held updates wait in the codec's memory and fly with the next one in the bits of one.
    Congestion-aware accumulation; akin to lazily aggregated gradients (LAG: Chen et al. 2018, arXiv 1805.09965), with
    the network's state in place of the gradient's change.
    """

    patience_s: float = Field(gt=0.0, description="expected time of an upload above which it waits, s", examples=[2.0])
    max_held: int = Field(5, ge=0, description="updates that a device holds back in a row at most")
    gap_db: float = Field(2.0, ge=0.0, description="SNR gap to capacity that the link is taken to have, dB")
    max_bps_per_hz: float = Field(7.4, gt=0.0, description="cap that the link is taken to have, bit/s/Hz")

    @property
    def may_hold(self) -> bool:
        return True

    def grants(
        self, requests: Sequence[Request], cohort: Sequence[Candidate], setting: Setting, state: Any
    ) -> list[Grant]:
        known = {candidate.device: candidate for candidate in cohort}
        return [self._grant(request, known[request.device], cohort, setting) for request in requests]

    def _grant(self, request: Request, known: Candidate, cohort: Sequence[Candidate], setting: Setting) -> Grant:
        weight = self.weights.share(request, cohort)
        send = known.held >= self.max_held or self._expected_s(request, known, weight, setting) <= self.patience_s
        return Grant(device=request.device, band_weight=weight, send=send)

    def _expected_s(self, request: Request, known: Candidate, weight: float, setting: Setting) -> float:
        return upload_s(
            known.upload_bits,
            request.snr_db,
            setting.band_hz,
            weight * request.band_free,
            gap_db=self.gap_db,
            max_bps_per_hz=self.max_bps_per_hz,
        )
