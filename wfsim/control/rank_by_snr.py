"""The better the channel, the more ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, model_validator

from wfsim.control import Setting
from wfsim.control._selecting import Selecting
from wfsim.errors import ScenarioError
from wfsim.messages import Candidate, Grant, Request


class RankBySnr(Selecting, kind="rank_by_snr"):
    """Ranks kept rise evenly from `least` for the cohort's worst channel to `most` for its best.

    keep = least + round((most - least) i / (n - 1)), i the number of other members whose SNR at selection is below the
    device's own when it asks (ties by name); a cohort of one keeps `most`. What was learned plays no part. A baseline:
    channel-aware sparsification.
    """

    least: int = Field(1, ge=1, description="ranks that the worst channel keeps")
    most: int | None = Field(None, ge=1, description="ranks that the best channel keeps; null: the adapter's rank")

    @model_validator(mode="after")
    def _in_order(self) -> RankBySnr:
        if self.most is not None and self.most < self.least:
            raise ValueError(f"most is {self.most}, below least, {self.least}")
        return self

    @property
    def grants_ranks(self) -> bool:
        return True

    def begin(self, setting: Setting) -> Any:
        if (largest := max(self.least, self.most or 1)) > setting.rank:
            raise ScenarioError(
                f"{largest} ranks cannot be kept of an adapter of rank {setting.rank}", path="controller"
            )
        return super().begin(setting)

    def grants(
        self, requests: Sequence[Request], cohort: Sequence[Candidate], setting: Setting, state: Any
    ) -> list[Grant]:
        most = setting.rank if self.most is None else self.most
        return [
            Grant(device=r.device, band_weight=self.weights.share(r, cohort), keep=self._keep(r, cohort, most))
            for r in requests
        ]

    def _keep(self, request: Request, cohort: Sequence[Candidate], most: int) -> int:
        others = [(member.snr_db, member.device) for member in cohort if member.device != request.device]
        if not others:
            return most
        below = sum(other < (request.snr_db, request.device) for other in others)
        return self.least + (2 * (most - self.least) * below + len(others)) // (2 * len(others))
