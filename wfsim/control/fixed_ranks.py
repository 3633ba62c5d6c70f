"""Devices of different ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from wfsim.control import Setting
from wfsim.control._selecting import Selecting
from wfsim.errors import ScenarioError
from wfsim.messages import Candidate, Grant, Orders, Request


class FixedRanks(Selecting, kind="fixed_ranks"):
    """Device i, in order of name, trains and sends the first r ranks, r = ranks[i mod n], in every round.

    For federations of devices that can afford different adapters (HetLoRA, FlexLoRA). What is downloaded is the whole
    adapter; the codec must let the number of ranks be granted, so that a smaller device sends fewer bits.
    """

    ranks: tuple[int, ...] = Field(
        min_length=1, description="ranks, dealt in turn to the devices in order of name", examples=[[1, 2]]
    )

    @property
    def grants_ranks(self) -> bool:
        return True

    @property
    def orders_ranks(self) -> bool:
        return True

    def begin(self, setting: Setting) -> Any:
        for rank in self.ranks:
            if not 1 <= rank <= setting.rank:
                raise ScenarioError(f"rank {rank} is not within 1 to the adapter's {setting.rank}", path="controller")
        return super().begin(setting)

    def orders(self, round_number: int, cohort: Sequence[Candidate], setting: Setting, state: Any) -> dict[str, Orders]:
        usual, own = super().orders(round_number, cohort, setting, state), self._own(setting)
        return {c.device: replace(usual.get(c.device, Orders()), rank=own[c.device]) for c in cohort}

    def grants(
        self, requests: Sequence[Request], cohort: Sequence[Candidate], setting: Setting, state: Any
    ) -> list[Grant]:
        own = self._own(setting)
        return [Grant(device=r.device, band_weight=self.weights.share(r, cohort), keep=own[r.device]) for r in requests]

    def _own(self, setting: Setting) -> dict[str, int]:
        return {device: self.ranks[i % len(self.ranks)] for i, device in enumerate(sorted(setting.steps))}
