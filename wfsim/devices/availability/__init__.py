"""Slot `availability`: when a device can be asked to take part."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.part import Part, load_folder
from wfsim.rng import Streams


class Availability(Part, slot="availability"):
    """Says whether a device is there at a simulated time, in any query order."""

    def check(self, devices: Sequence[str]) -> None:
        """Raises ScenarioError for a file that is wrong, or that names a device which is none of these."""

    def starting(self, start_s: float) -> Availability:
        """This rule where the clock of day reads `start_s` at t = 0; itself unless it goes by the clock."""
        return self

    def is_available(self, streams: Streams, device: str, t_s: float) -> bool:
        """Whether `device` is available at `t_s` >= 0."""
        raise NotImplementedError(type(self).__name__)

    def next_change_s(self, t_s: float) -> float:
        """The first instant after `t_s` at which any device's availability may change; infinity if none."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
