"""Send every n-th update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Setting
from wfsim.control._selecting import Selecting
from wfsim.messages import Candidate, Grant, Request


class Every(Selecting, kind="every"):
    """A device sends after every n-th of its turns; what it learned in between waits in the codec's memory.

    The fixed-frequency baseline of `accumulate`, whatever the network is like: local SGD with periodic averaging
    (Stich 2019, arXiv 1805.09767), but from the newest adapter in every turn. `every: 1` always sends.
    """

    every: int = Field(ge=1, description="turns from one upload of a device to its next", examples=[2])

    @property
    def may_hold(self) -> bool:
        return True

    def grants(
        self, requests: Sequence[Request], cohort: Sequence[Candidate], setting: Setting, state: Any
    ) -> list[Grant]:
        held = {candidate.device: candidate.held for candidate in cohort}
        return [
            Grant(device=r.device, band_weight=self.weights.share(r, cohort), send=held[r.device] + 1 >= self.every)
            for r in requests
        ]
