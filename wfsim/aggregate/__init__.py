"""Slot `aggregator`: how the updates that arrived become the next global adapter."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.messages import Adapter, AdapterShapes, Arrival
from wfsim.part import Part, load_folder


class Aggregator(Part, slot="aggregator"):
    """Turns the global adapter and one round's arrivals into the next global adapter. NumPy, no time."""

    @property
    def step(self) -> float:
        """Factor on a lone device's fresh update, > 0: with 1 a federation of one is local training."""
        return 1.0

    def aggregate(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Adapter:
        """The next global adapter. `arrivals` holds every upload of the round, wholly lost ones with an empty mask."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
