"""Slot `transport`: what happens to lost packets, and what a cut upload leaves behind."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.part import Part, load_folder

Mask = NDArray[np.bool_]

_OFTEN = 1_000


class Transport(Part, slot="transport"):
    """Packets fly in passes: the first sends all of them, each later one those to be sent again, in their order.

    The sender learns a pass's losses at its end (selective repeat; acknowledgements are free and take no time).
    A transfer that `survives_outage` of its station waits and goes on; another one ends with it.
    """

    needs_deadline: ClassVar[bool] = False
    keeps_partial: ClassVar[bool] = True
    survives_outage: ClassVar[bool] = False

    @property
    def max_flights(self) -> int | None:
        """How often a packet flies at most, as `resend` has it; None: until it arrives, or very often."""
        lost = np.ones(1, dtype=bool)
        return next((count for count in range(1, _OFTEN) if not self.resend(lost, count).any()), None)

    def resend(self, missing: Mask, attempts: int) -> Mask:
        """Which of the `missing` packets [packets], each of which has flown `attempts` times, fly again."""
        raise NotImplementedError(type(self).__name__)

    def next_pass(self, again: Mask, new: Mask) -> NDArray[np.int64]:
        """Packets of the next pass in order of sending, of those to be sent `again` and `new` ones (both [packets])."""
        return np.flatnonzero(again | new)


class Repeating(Transport):
    """Base of kinds that send lost packets again, in one long pass after another or in windows.

    With a window of w a pass sends at most w packets: those to be sent again first, then new ones, each in their order.
    So a loss is repaired before less important fragments fly, and what a cut leaves is the most important part.
    """

    survives_outage: ClassVar[bool] = True

    window_packets: int | None = Field(
        None, ge=1, description="most packets of a pass, repetitions first; null: all new ones, then the repetitions"
    )

    def next_pass(self, again: Mask, new: Mask) -> NDArray[np.int64]:
        return np.concatenate([again.nonzero()[0], new.nonzero()[0]])[: self.window_packets]


load_folder(__name__, list(__path__))
