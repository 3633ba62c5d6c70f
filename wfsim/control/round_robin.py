"""Everybody in turn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Controller
from wfsim.control._first import first
from wfsim.messages import Candidate
from wfsim.rng import Streams


class RoundRobin(Controller, kind="round_robin"):
    """The `devices` whose last turn lies furthest back, then those with fewest turns, then by name.

    While the same devices are available they go round in order of name; one that comes back after an absence goes
    first, once. Source: round robin scheduling, as compared in Yang et al. 2020, IEEE Trans. Commun. 68 (1).
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return first(self.devices, busy, candidates, _turn)


def _turn(candidate: Candidate) -> tuple[float, int]:
    age_rounds = math.inf if candidate.age_rounds is None else candidate.age_rounds
    return -age_rounds, candidate.turns
