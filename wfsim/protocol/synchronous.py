"""Wait for everybody."""

from __future__ import annotations

from collections.abc import Sequence

import simpy

from wfsim.protocol import Protocol


class Synchronous(Protocol, kind="synchronous"):
    """A round closes when every member of the cohort is done (FedAvg, McMahan et al. 2017). Neutral member."""

    def deadline_s(self, start_s: float) -> float | None:
        return None

    def closing(
        self, env: simpy.Environment, participants: Sequence[simpy.Process], deadline_s: float | None
    ) -> simpy.Event:
        return env.all_of(participants)
