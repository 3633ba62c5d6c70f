"""Slot `controller`: who trains, how much, and what a device that wants to upload is granted.

Rank and local steps are fixed before training (`Orders`), while the channel and what was learned are known only after
it: a device asks (`Request`) and the controller answers (`Grant`). A controller that needs every request before it can
answer any (`asks`) gets them over the air, and its grants fly too. The others grant at once and free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from wfsim.control.csi import Csi
from wfsim.control.csi.perfect import Perfect
from wfsim.control.local_work import LocalWork
from wfsim.control.local_work.full import Full
from wfsim.control.weights import BandWeights
from wfsim.control.weights.equal import Equal
from wfsim.messages import Candidate, Grant, Orders, Outcome, Request
from wfsim.part import Part, load_folder
from wfsim.rng import Streams


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every controller knows of the system: the adapter's rank, the optimiser steps of a full local training by
    device, and the uplink's band in Hz."""

    rank: int
    steps: Mapping[str, int]
    band_hz: float


class Controller(Part, slot="controller"):
    """Chooses a cohort, gives it orders and answers its requests. Frozen: memory is an explicit `state` value."""

    weights: BandWeights = Field(Equal(), description="how the cohort shares the band")
    csi: Csi = Field(Perfect(), description="what is known of a device's SNR when it asks")
    local_work: LocalWork = Field(Full(), description="how much of its local training a device does")

    @property
    def asks(self) -> bool:
        """Whether requests and grants fly, and all requests come before any grant."""
        return False

    @property
    def answers_after_s(self) -> float | None:
        """Under `asks`: seconds after the round's start when grants leave without waiting for more requests (None: all
        come first). Later requests are answered one at a time."""
        return None

    @property
    def grants_ranks(self) -> bool:
        """Whether grants say how many ranks to keep."""
        return False

    @property
    def orders_ranks(self) -> bool:
        """Whether some devices train their first ranks alone."""
        return False

    @property
    def may_hold(self) -> bool:
        """Whether grants may hold an update back."""
        return False

    @property
    def reads_scores(self) -> bool:
        """Whether requests tell energy left out and bits at every number of ranks (free where they do not fly)."""
        return False

    @property
    def reads_csi(self) -> bool:
        """Whether grants look at the SNR of a request; where they do not, it is not worked out."""
        return type(self).grants is not Controller.grants or self.weights.reads_csi

    @property
    def paced(self) -> bool:
        """Whether it steers the duration of rounds, which asynchronous protocols lack."""
        return False

    @property
    def remembers(self) -> bool:
        """Whether its state changes after rounds."""
        return type(self).after is not Controller.after

    def begin(self, setting: Setting) -> Any:
        """The state before the first round."""
        return None

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        """The devices that start now, in order of name, out of those available (never empty); `busy` others are at
        work already and count towards the size of the cohort, so with them nobody may be chosen."""
        raise NotImplementedError(type(self).__name__)

    def orders(self, round_number: int, cohort: Sequence[Candidate], setting: Setting, state: Any) -> dict[str, Orders]:
        """What each device is told before it trains; devices left out do all their work at full rank."""
        steps = self.local_work.steps(cohort, setting.steps)
        return {name: Orders(local_steps=count) for name, count in steps.items() if count < setting.steps[name]}

    def grants(
        self, requests: Sequence[Request], cohort: Sequence[Candidate], setting: Setting, state: Any
    ) -> list[Grant]:
        """The answers to `requests`: one at a time as devices ask, all in one call under `asks`. `cohort` is as it was
        known when it was selected."""
        return [Grant(device=r.device, band_weight=self.weights.share(r, cohort)) for r in requests]

    def after(self, state: Any, outcome: Outcome, requests: Sequence[Request]) -> Any:
        """The state after a round; `requests` are those that were answered in it."""
        return state

    def measures(self, state: Any) -> dict[str, float]:
        """What the journal should hold of the state after every round."""
        return {}


load_folder(__name__, list(__path__))
