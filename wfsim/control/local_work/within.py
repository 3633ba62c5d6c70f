"""As much as fits into a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from wfsim.control.local_work import LocalWork
from wfsim.control.local_work._part_of import steps_within
from wfsim.messages import Candidate


class Within(LocalWork, kind="within"):
    """steps_k = floor(full steps_k x compute_s / C_k), C_k the expected time of device k's full local training.

    Never above the full steps, nor below `least_steps` (or the full steps where they are fewer). Stragglers do a part
    of the work instead of being dropped. Source: variable local work of FedProx (Li et al. 2020, arXiv 1812.06127).
    """

    compute_s: float = Field(
        gt=0.0, description="computing time that a device's training should fit into, s", examples=[2.0]
    )
    least_steps: int = Field(1, ge=1, description="optimiser steps that every device does")

    def steps(self, cohort: Sequence[Candidate], full: Mapping[str, int]) -> dict[str, int]:
        return {
            member.device: steps_within(self.compute_s, member.compute_s, full[member.device], self.least_steps)
            for member in cohort
        }
