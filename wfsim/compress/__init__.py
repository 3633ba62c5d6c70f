"""Slot `codec`: an update <-> self-describing fragments of real bytes, each of which decodes alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values
from wfsim.part import Part, load_folder


@dataclass(frozen=True, kw_only=True)
class Source:
    """What an encoder knows beside the values: the adapter they are a change of, and a random stream of its own.

    `round_seed` (32 bits) is the same for all who encode in a round; None where nobody else does.
    """

    start: Adapter
    generator: np.random.Generator
    round_seed: int | None = None

    def seed(self, *, common: bool) -> int:
        """32 bits from which a mask is drawn: the round's, or one of the encoder's own."""
        if common and self.round_seed is not None:
            return self.round_seed
        return int(self.generator.integers(2**32))


class Codec(Part, slot="codec"):
    """Encodes adapters and updates. Any subset of fragments decodes; what no fragment brought is masked out.

    Values that `shapes.factors` freezes are neither sent nor spoken for.
    """

    has_memory: ClassVar[bool] = False  # whether what is not sent is remembered and added to the next update
    adjustable: ClassVar[bool] = False  # whether a controller may set the number of ranks that are kept
    additive: ClassVar[bool] = False  # whether fragments may carry the same entry, whose value is their sum

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan | None:
        """Sizes of all fragments in order of sending, none above `max_bytes`; None where values decide them."""
        raise NotImplementedError(type(self).__name__)

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        """Fragments of at most `max_bytes` bytes each, in order of sending; their sizes are those of the plan, if any.

        The most important comes first, so that an upload that is cut off delivers its best part.
        """
        raise NotImplementedError(type(self).__name__)

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        """Values [entries] in canonical order, and the mask [entries] of what these fragments speak for.

        An entry that the codec chose not to send is spoken for by a fragment that arrived: a zero that counts. What no
        fragment speaks for was lost, and follows the aggregator's `missing` rule.
        """
        raise NotImplementedError(type(self).__name__)

    def carried(self, fragment: bytes, shapes: AdapterShapes) -> int:
        """How many entries a fragment brings, for coverage: those that it speaks for, unless others do so too."""
        return int(self.decode([fragment], shapes)[1].sum())

    def keeping(self, ranks: int) -> Codec:
        """This codec when it keeps `ranks` ranks of every matrix. Only for `adjustable` ones."""
        raise NotImplementedError(f"{self.kind} has no number of ranks to set")

    def dropped_energy(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.float64]:
        """Share of the update's energy left out when 1 ... rank ranks are kept, [rank], falling to 0. `adjustable`."""
        raise NotImplementedError(f"{self.kind} has no number of ranks to set")

    def remainder(self, values: Adapter, payload: Payload, arrived: NDArray[np.bool_], shapes: AdapterShapes) -> Values:
        """What of `values` the next update must make up for, [entries]. Only for codecs with memory."""
        raise NotImplementedError(f"{self.kind} remembers nothing")

    @property
    def by_lot(self) -> bool:
        """Whether ranks are chosen without a look at their values, so that untrained ones are sent too."""
        return False

    @property
    def fixed(self) -> bool:
        """Whether the number of ranks is set in the codec itself, so that no controller may grant another."""
        return False

    @property
    def acknowledged(self) -> bool:
        """Whether the server must tell a device which fragments arrived (bits that fly)."""
        return False


load_folder(__name__, list(__path__))
