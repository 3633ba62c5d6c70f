"""Slot `staleness`: how much an update counts that was trained from an older version."""

from __future__ import annotations

from wfsim.part import Part, load_folder


class Staleness(Part, slot="staleness"):
    """The weight of an update by its staleness: the versions made between its start and its aggregation."""

    def weight(self, versions: int) -> float:
        """Factor in [0, 1] for an update that is `versions` >= 0 versions old; 1 at 0, never rising."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
