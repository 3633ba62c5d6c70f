"""Ask more devices than are needed."""

from __future__ import annotations

from pydantic import Field

from wfsim.protocol import Progress, Protocol


class OverSelection(Protocol, kind="over_selection"):
    """A round closes with its `arrivals`-th upload, or when every member of the cohort is done.

    The controller selects a larger cohort (130 % is usual); those left over are overtaken. Source: Bonawitz et
    al. 2019.
    """

    arrivals: int = Field(ge=1, description="uploads that close a round", examples=[2])

    def closes(self, progress: Progress) -> bool:
        return progress.arrived >= self.arrivals or progress.all_done
