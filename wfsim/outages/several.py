"""Several causes of outages at once."""

from __future__ import annotations

from pydantic import Field

from wfsim.outages import Downtime, Outages
from wfsim.outages.any_down import AnyDown
from wfsim.outages.random import RandomOutages
from wfsim.outages.scheduled import Scheduled
from wfsim.rng import Streams


class Several(Outages, kind="several"):
    """Down while any of its parts is; each draws at an address of its own (the element's name and its place here)."""

    parts: tuple[Outages, ...] = Field(
        (Scheduled(), RandomOutages()), min_length=1, description="the causes, each a kind of outages"
    )

    def realise(self, streams: Streams, element: str, start_s: float) -> Downtime:
        return AnyDown([p.realise(streams, f"{element}/{place}", start_s) for place, p in enumerate(self.parts)])
