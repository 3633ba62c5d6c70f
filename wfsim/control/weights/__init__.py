"""Slot `weights`: the share of the band that a controller grants to a device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from wfsim.messages import Candidate, Request
from wfsim.part import Part, load_folder


class BandWeights(Part, slot="weights"):
    """Band weights of a cohort."""

    reads_csi: ClassVar[bool] = True  # whether `share` looks at the SNR of a request

    def share(self, request: Request, cohort: Sequence[Candidate]) -> float:
        """Fraction of the band in (0, 1] for one device; the cohort's fractions sum to at most 1."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
