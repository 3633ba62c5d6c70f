"""Slot `protocol`: when the server aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import simpy

from wfsim.part import Part, load_folder


class Protocol(Part, slot="protocol"):
    """Decides when a round closes. Devices still busy then are told to stop; what they have delivered counts."""

    has_deadline: ClassVar[bool] = False

    def deadline_s(self, start_s: float) -> float | None:
        """The absolute time at which a round that starts now must close, or None."""
        raise NotImplementedError(type(self).__name__)

    def closing(
        self, env: simpy.Environment, participants: Sequence[simpy.Process], deadline_s: float | None
    ) -> simpy.Event:
        """An event that fires when the round closes."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
