"""Everybody at its own best moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Controller
from wfsim.control._first import first
from wfsim.messages import Candidate
from wfsim.rng import Streams


class ProportionalFair(Controller, kind="proportional_fair"):
    """The `devices` whose SNR of the moment is highest over their own mean SNR; ties by name.

    Under equal fading everybody takes part equally often, near or far. Without fading all are tied. Source: Yang et al.
    2020, "Scheduling policies for federated learning in wireless networks", IEEE Trans. Commun. 68 (1).
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return first(self.devices, busy, candidates, lambda candidate: candidate.mean_snr_db - candidate.snr_db)
