"""Slot `protocol`: when the server aggregates, and what becomes of devices that a new version overtakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from wfsim.part import Part, load_folder

Overtaken = Literal["abandon", "restart", "finish"]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a round is. `started` devices were sent to work in it, `ended` of them are done, delivered or not;
    `arrived` uploads wait to be aggregated, late ones of earlier rounds included; `busy` devices are at work, late
    ones included."""

    started: int
    ended: int
    arrived: int
    busy: int
    at_deadline: bool

    @property
    def all_done(self) -> bool:
        """Everybody who started has ended. Where nobody could start because all are still at work, nobody is done."""
        return self.ended == self.started and (self.started > 0 or self.arrived > 0 or not self.busy)


class Protocol(Part, slot="protocol"):
    """Decides when a round closes. It is asked whenever a device is done and at the deadline, after everything else
    that happens at that instant; what has been delivered by then counts.

    A device still busy then is *overtaken*: `abandon` stops it, `restart` stops it and sends it to work again with the
    new version, `finish` lets it go on: its update arrives in a later round, stale. What had arrived of an upload that
    is stopped counts where the round's end stops it, and not where a new version does (`continuous`).
    """

    has_deadline: ClassVar[bool] = False
    continuous: ClassVar[bool] = False  # idle devices start at once, without waiting for the next round
    waits_for_all: ClassVar[bool] = False  # a round closes when everybody who started is done, and for nothing else

    overtaken: Overtaken = Field("abandon", description="what a device does that is still busy as a round closes")

    def deadline_s(self, start_s: float) -> float | None:
        """The absolute time at which a round that starts now has its deadline, or None."""
        return None

    def closes(self, progress: Progress) -> bool:
        """Whether the round closes now."""
        raise NotImplementedError(type(self).__name__)

    @property
    def takes(self) -> int | None:
        """How many uploads a round aggregates at most, in order of arrival; None: all that wait."""
        return None


load_folder(__name__, list(__path__))
