"""Wait for everybody."""

from __future__ import annotations

from typing import ClassVar

from wfsim.protocol import Progress, Protocol


class Synchronous(Protocol, kind="synchronous"):
    """A round closes when every member of the cohort is done (FedAvg, McMahan et al. 2017), so nobody is ever
    overtaken. Neutral member."""

    waits_for_all: ClassVar[bool] = True

    def closes(self, progress: Progress) -> bool:
        return progress.all_done
