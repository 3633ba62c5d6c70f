"""A random cohort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Controller
from wfsim.control._first import first
from wfsim.messages import Candidate
from wfsim.rng import Streams


class RandomDevices(Controller, kind="random"):
    """`devices` of those available, uniformly without replacement (all of them when fewer are available).

    Each device draws a number addressed by (round, device) and the lowest take part, so who else is available does
    not change anybody's draw. Source: client sampling of FedAvg (McMahan et al. 2017).
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return first(
            self.devices,
            busy,
            candidates,
            lambda candidate: streams.generator("selection", round_number, candidate.device).random(),
        )
