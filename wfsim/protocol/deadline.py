"""Wait for everybody, but not for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import simpy
from pydantic import Field

from wfsim.protocol import Protocol


class Deadline(Protocol, kind="deadline"):
    """A round closes when every member of the cohort is done, or `round_s` after its start, download included.

    A packet that ends exactly at the deadline arrives. Source: FedCS (Nishio & Yonetani 2019).
    """

    has_deadline: ClassVar[bool] = True

    round_s: float = Field(gt=0.0, description="longest round, seconds", examples=[5.0])

    def deadline_s(self, start_s: float) -> float | None:
        return start_s + self.round_s

    def closing(
        self, env: simpy.Environment, participants: Sequence[simpy.Process], deadline_s: float | None
    ) -> simpy.Event:
        if deadline_s is None:
            raise ValueError("a deadline round needs its deadline")
        return env.any_of([env.all_of(participants), env.timeout(deadline_s - env.now)])
