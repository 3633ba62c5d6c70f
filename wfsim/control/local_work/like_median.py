"""Stragglers do as much as fits into the time of the cohort's middle."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from pydantic import Field

from wfsim.control.local_work import LocalWork
from wfsim.control.local_work._part_of import steps_within
from wfsim.messages import Candidate


class LikeMedian(LocalWork, kind="like_median"):
    """steps_k = floor(full steps_k x ratio M / C_k) for devices with C_k > ratio M; the others do all their steps.

    C_k is the expected time of device k's full local training and M the cohort's median of it. Where devices start
    one by one a cohort is a single device and nobody is cut. Variable local work: FedProx (Li et al. 2020).
    """

    ratio: float = Field(1.5, ge=1.0, description="computing time over the cohort's median that is tolerated")
    least_steps: int = Field(1, ge=1, description="optimiser steps that every device does")

    def steps(self, cohort: Sequence[Candidate], full: Mapping[str, int]) -> dict[str, int]:
        limit_s = self.ratio * statistics.median(member.compute_s for member in cohort)
        return {
            member.device: steps_within(limit_s, member.compute_s, full[member.device], self.least_steps)
            for member in cohort
        }
