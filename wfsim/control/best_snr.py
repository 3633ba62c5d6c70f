"""The devices with the best channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from wfsim.control import Controller
from wfsim.control._first import first
from wfsim.messages import Candidate
from wfsim.rng import Streams


class BestSnr(Controller, kind="best_snr"):
    """The `devices` of highest uplink SNR (all of them when fewer are available), ties by name.

    `instantaneous` follows the fading of `csi_age_s` before the round: with equal means everybody gets a turn. `mean`
    takes the same best-placed devices every round. Max-SNR scheduling (Knopp & Humblet 1995).
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])
    knowledge: Literal["instantaneous", "mean"] = Field("instantaneous", description="SNR with or without fading")

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return first(self.devices, busy, candidates, lambda candidate: -self._snr_db(candidate))

    def _snr_db(self, candidate: Candidate) -> float:
        return candidate.mean_snr_db if self.knowledge == "mean" else candidate.snr_db
