"""Slot `outages`: when a link, a node, a device or the server is down. A new file here is a new kind."""

from __future__ import annotations

from typing import Protocol

from wfsim.part import Part, load_folder
from wfsim.rng import Streams


class Downtime(Protocol):
    """The outages of one element over all time, the same in any order of queries."""

    def is_down(self, t_s: float) -> bool:
        """Whether it is down at `t_s` >= 0; a change at `t_s` has happened."""
        ...

    def next_change_s(self, t_s: float) -> float:
        """The first change after `t_s`; infinity if there is none."""
        ...


class Outages(Part, slot="outages"):
    """Says when an element is down, whatever it is."""

    def realise(self, streams: Streams, element: str, start_s: float) -> Downtime:
        """The outages of an element; random ones are addressed by the seed and its name alone.

        The clock of day reads `start_s` seconds after midnight at t = 0.
        """
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
