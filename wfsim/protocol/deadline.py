"""Wait for everybody, but not for ever."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfsim.protocol import Progress, Protocol


class Deadline(Protocol, kind="deadline"):
    """A round closes when every member of the cohort is done, or `round_s` after its start, download included.

    With fewer than `min_arrivals` uploads by then it goes on until they have come or nobody is left at work. A packet
    that ends exactly at the deadline arrives. Source: FedCS (Nishio & Yonetani 2019).
    """

    has_deadline: ClassVar[bool] = True

    round_s: float = Field(gt=0.0, description="longest round, seconds", examples=[5.0])
    min_arrivals: int = Field(0, ge=0, description="uploads without which the round goes on after its deadline")

    def deadline_s(self, start_s: float) -> float | None:
        return start_s + self.round_s

    def closes(self, progress: Progress) -> bool:
        if progress.all_done and (progress.arrived >= self.min_arrivals or not progress.busy):
            return True
        return progress.at_deadline and progress.arrived >= self.min_arrivals
