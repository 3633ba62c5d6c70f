"""Everybody trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wfsim.control import Controller
from wfsim.messages import Candidate
from wfsim.rng import Streams


class AllDevices(Controller, kind="all"):
    """Every available device, every round. Neutral member."""

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return tuple(sorted(candidate.device for candidate in candidates))
