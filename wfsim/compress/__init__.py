"""Slot `codec`: an update <-> self-describing fragments of real bytes, each of which decodes alone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values
from wfsim.part import Part, load_folder


class Codec(Part, slot="codec"):
    """Encodes adapters and updates. Any subset of fragments decodes; what no fragment brought is masked out."""

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan | None:
        """Sizes of all fragments in order of sending, none above `max_bytes`; None where values decide them."""
        raise NotImplementedError(type(self).__name__)

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int) -> Payload:
        """Fragments of at most `max_bytes` bytes each, in order of sending; their sizes are the plan's."""
        raise NotImplementedError(type(self).__name__)

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        """Values [entries] in canonical order, and the mask [entries] of what these fragments speak for.

        An entry that the codec chose not to send is spoken for by the fragment it would have flown in: a zero that
        counts. What no fragment speaks for was lost, and follows the aggregator's `missing` rule.
        """
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
