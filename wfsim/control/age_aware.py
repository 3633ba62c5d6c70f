"""The devices that have waited longest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Controller
from wfsim.control._first import first
from wfsim.messages import Candidate
from wfsim.rng import Streams


class AgeAware(Controller, kind="age_aware"):
    """The `devices` whose last turn lies most rounds back, those without a turn first; ties by SNR, then by name.

    With equal ages the best channels of the moment go first, so a round is short while nobody's age grows beyond
    ceil(available / devices) rounds. Implements the idea of age-of-update scheduling (Yang et al. 2020, arXiv
    1910.14648), which picks users and sub-channels together.
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return first(self.devices, busy, candidates, _urgency)


def _urgency(candidate: Candidate) -> tuple[float, float]:
    age_rounds = math.inf if candidate.age_rounds is None else candidate.age_rounds
    return -age_rounds, -candidate.snr_db
