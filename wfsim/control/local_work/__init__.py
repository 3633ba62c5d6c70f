"""Slot `local_work`: how much of its local training a device does, decided before it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wfsim.messages import Candidate
from wfsim.part import Part, load_folder


class LocalWork(Part, slot="local_work"):
    """Optimiser steps of the devices of a cohort."""

    def steps(self, cohort: Sequence[Candidate], full: Mapping[str, int]) -> dict[str, int]:
        """Steps of every member, from 1 to those of its full local training (`full`, by device)."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
