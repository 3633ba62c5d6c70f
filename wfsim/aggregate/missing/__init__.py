"""Slot `missing`: what stands in for adapter entries that were lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Arrival
from wfsim.part import Part, load_folder

State = Mapping[str, NDArray[Any]]


class Uploads(NamedTuple):
    """`moves` [uploads, entries] from the global adapter where `masks` says that an upload has a say; `lost` is what
    was to be sent and did not arrive."""

    moves: NDArray[np.float64]
    masks: NDArray[np.bool_]
    lost: NDArray[np.bool_]

    def standing_in(self, moves: NDArray[np.float64]) -> Uploads:
        """The same uploads with these moves [uploads, entries] or [entries] in place of what was lost."""
        return Uploads(np.where(self.lost, moves, self.moves), self.masks | self.lost, self.lost)


class Missing(Part, slot="missing"):
    """Completes a round's uploads before they are averaged.

    An entry that a codec chose not to send is not missing: it is a zero delta and counts in the mean.
    """

    def fill(
        self, uploads: Uploads, now: NDArray[np.float64], arrivals: Sequence[Arrival], state: State
    ) -> tuple[Uploads, State]:
        """The uploads with what stands in for their lost entries, and what is remembered beside the rest of `state`.

        `now` [entries] is the global adapter, `arrivals` are those of the uploads, in their order.
        """
        return self.filled(uploads, now), state

    def filled(self, uploads: Uploads, now: NDArray[np.float64]) -> Uploads:
        """As `fill`, of a rule that remembers nothing."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
