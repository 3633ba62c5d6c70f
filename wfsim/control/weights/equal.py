"""The same share for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from wfsim.control.weights import BandWeights
from wfsim.messages import Candidate, Request


class Equal(BandWeights, kind="equal"):
    """1/n of the band for each of the n devices of a cohort. Neutral member."""

    reads_csi: ClassVar[bool] = False

    def share(self, request: Request, cohort: Sequence[Candidate]) -> float:
        return 1.0 / len(cohort)
