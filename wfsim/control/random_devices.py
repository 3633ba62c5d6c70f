"""A random cohort."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from wfsim.control import Controller
from wfsim.messages import Candidate
from wfsim.rng import Streams


class RandomDevices(Controller, kind="random"):
    """`devices` of those available, uniformly without replacement (all of them when fewer are available).

    Each device draws a number addressed by (round, device) and the lowest take part, so who else is available does
    not change anybody's draw. Source: client sampling of FedAvg (McMahan et al. 2017).
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])

    def select(self, streams: Streams, round_number: int, candidates: Sequence[Candidate]) -> tuple[str, ...]:
        names = [candidate.device for candidate in candidates]
        draws = {name: streams.generator("selection", round_number, name).random() for name in names}
        return tuple(sorted(sorted(draws, key=lambda name: (draws[name], name))[: self.devices]))
