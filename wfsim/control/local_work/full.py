"""Nobody does less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wfsim.control.local_work import LocalWork
from wfsim.messages import Candidate


class Full(LocalWork, kind="full"):
    """Every device does all its local training. Neutral member."""

    def steps(self, cohort: Sequence[Candidate], full: Mapping[str, int]) -> dict[str, int]:
        return {member.device: full[member.device] for member in cohort}
