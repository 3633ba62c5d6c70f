"""Slot `controller`: who trains, and what a device that wants to upload is granted.

Two steps, because rank and deadline are fixed before training while the channel and what was learned are known only
after it: an `Assignment` before, and a `Grant` in answer to a device's `Request`. The controllers here need nothing
from the request, so their grants leave at once and cost no airtime.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from wfsim.control.weights import BandWeights
from wfsim.control.weights.equal import Equal
from wfsim.messages import Candidate, Grant, Request
from wfsim.part import Part, load_folder
from wfsim.rng import Streams


class Controller(Part, slot="controller"):
    """Chooses a cohort and answers its requests, from what the server knew of the devices before the round."""

    weights: BandWeights = Field(Equal(), description="how the cohort shares the band")

    def select(self, streams: Streams, round_number: int, candidates: Sequence[Candidate]) -> tuple[str, ...]:
        """The devices that take part in a round, in order of name, out of those available (never empty)."""
        raise NotImplementedError(type(self).__name__)

    def grant(self, request: Request, cohort: Sequence[Candidate]) -> Grant:
        """The answer to one device of a cohort, which is as it was when it was selected."""
        return Grant(device=request.device, band_weight=self.weights.share(request, cohort))


load_folder(__name__, list(__path__))
