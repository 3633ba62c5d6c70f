"""The devices that have drawn least energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Controller, Setting
from wfsim.control._expected import upload_s
from wfsim.control._first import first
from wfsim.messages import Candidate
from wfsim.rng import Streams


class EnergyAware(Controller, kind="energy_aware"):
    """The `devices` of least E + compute_w C + transmit_w T joules after another turn; ties by name.

    E is what a device has drawn so far, C the expected time of its local training and T that of its upload over
    1/`devices` of the band at its mean SNR (gap and cap as given, no fading). A device that another turn takes above
    `budget_j` stays out; when nobody else is left and nobody is at work, the one of least energy goes alone. The powers
    only rank devices: what they really draw is the scenario's `devices.energy`. Implements the idea of energy-aware
    client selection (Xu & Wang 2021, arXiv 2004.04314), without its lookahead.
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])
    transmit_w: float = Field(0.45, ge=0.0, description="power drawn while transmitting, W")
    compute_w: float = Field(2.0, ge=0.0, description="power drawn while computing, W")
    budget_j: float | None = Field(None, gt=0.0, description="energy that a device may draw in all, J")
    gap_db: float = Field(2.0, ge=0.0, description="SNR gap to capacity that the link is taken to have, dB")
    max_bps_per_hz: float = Field(7.4, gt=0.0, description="cap that the link is taken to have, bit/s/Hz")

    def begin(self, setting: Setting) -> float:
        """The band, Hz."""
        return setting.band_hz

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        after_j = {candidate.device: self._after_j(candidate, state) for candidate in candidates}
        within = [c for c in candidates if self.budget_j is None or after_j[c.device] <= self.budget_j]
        if within or busy:
            return first(self.devices, busy, within, lambda candidate: after_j[candidate.device])
        return first(1, 0, candidates, lambda candidate: after_j[candidate.device])

    def _after_j(self, candidate: Candidate, band_hz: float) -> float:
        """What the device will have drawn after another turn, J."""
        airtime_s = upload_s(
            candidate.upload_bits,
            candidate.mean_snr_db,
            band_hz,
            1.0 / self.devices,
            gap_db=self.gap_db,
            max_bps_per_hz=self.max_bps_per_hz,
        )
        return candidate.energy_j + self.compute_w * candidate.compute_s + self.transmit_w * airtime_s
