"""Slot `hop`: a link between fixed nodes, over which payloads are stored and forwarded. A new file is a new kind."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from wfsim.outages import Outages
from wfsim.outages.none import NoOutages
from wfsim.part import Part, load_folder
from wfsim.rng import Streams


class Carrier(Protocol):
    """What one hop carries over all time, the same in any order of queries."""

    def finish_s(self, start_s: float, bits: float) -> float:
        """When `bits` sent without a break from `start_s` on have left the sender; infinity if never."""
        ...

    def bits_between(self, start_s: float, end_s: float) -> float:
        """Bits that leave the sender in [start_s, end_s)."""
        ...

    def delay_s(self, t_s: float) -> float:
        """Propagation delay of what leaves the sender at `t_s`."""
        ...


class Hop(Part, slot="hop"):
    """One direction of a link between fixed nodes; both directions are alike and independent."""

    loss: float = Field(0.0, ge=0.0, lt=1.0, description="probability that a packet is lost on the way")
    queue_bytes: float | None = Field(
        None,
        gt=0.0,
        description="room for packets that wait behind those being sent, bytes, headers included; null: without end",
    )
    outages: Outages = Field(NoOutages(), description="when the link is down")

    def realise(self, streams: Streams, link: str, start_s: float) -> Carrier:
        """The hop's rate and delay over time; random ones are addressed by the seed and the link's name ("from>to")."""
        raise NotImplementedError(type(self).__name__)

    def expected_bps(self) -> float:
        """Mean rate, by which routes are chosen."""
        raise NotImplementedError(type(self).__name__)

    def expected_delay_s(self) -> float:
        """Mean propagation delay, by which routes are chosen."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
