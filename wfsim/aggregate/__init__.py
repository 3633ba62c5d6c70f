"""Slot `aggregator`: how the updates that arrived become the next global adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from numpy.typing import NDArray

from wfsim.messages import Adapter, AdapterShapes, Arrival, Pair
from wfsim.part import Part, load_folder

State = Mapping[str, NDArray[Any]]  # what a rule remembers from one version to the next, by name; never written into


@dataclass(frozen=True, kw_only=True)
class Aggregated:
    """The next global adapter and what the rule remembers; W0 += s b a of `base_change` (pair name to factors of any
    rank) where the rule moves the frozen base, s being the adapter's scale."""

    adapter: Adapter
    state: State = field(default_factory=dict)
    base_change: Mapping[str, Pair] | None = None


class Aggregator(Part, slot="aggregator"):
    """Turns the global adapter and one round's arrivals into the next global adapter. NumPy, no time.

    Frozen: memory is an explicit state value. A rule without memory writes `aggregate`, one with memory `advance`.
    """

    keeps_gauge: ClassVar[bool] = True  # false: factors change their basis, products b a alone mean something
    truncates: ClassVar[bool] = False  # whether a device with fewer ranks works without the others
    moves_base: ClassVar[bool] = False  # whether `base_change` is ever given, so that devices must be sent it
    restarts: ClassVar[bool] = False  # whether every new version has a fresh random A, addressed by it, and B = 0

    @property
    def step(self) -> float:
        """Factor on a lone device's fresh update, > 0: with 1 a federation of one is local training."""
        return 1.0

    def change_rank(self, uploads: int, rank: int) -> int:
        """Rank of `base_change` where so many uploads brought something; `rank` is the adapter's. Only `moves_base`."""
        return 0

    def begin(self, shapes: AdapterShapes) -> State:
        """The state before the first version is made."""
        return {}

    def advance(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes, state: State) -> Aggregated:
        """The next version: what the server calls. `arrivals` as in `aggregate`."""
        return Aggregated(adapter=self.aggregate(current, arrivals, shapes), state=state)

    def aggregate(self, current: Adapter, arrivals: Sequence[Arrival], shapes: AdapterShapes) -> Adapter:
        """The next global adapter. `arrivals` holds every upload of the round, wholly lost ones with an empty mask."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
