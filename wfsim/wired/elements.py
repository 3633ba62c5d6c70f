"""Links and nodes of the fixed network, and when each is down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wfsim.outages import Downtime, Outages
from wfsim.outages.any_down import AnyDown
from wfsim.outages.none import AlwaysUp, NoOutages
from wfsim.rng import Streams
from wfsim.wired.names import link_name

if TYPE_CHECKING:
    import networkx


class Elements:
    """Downtimes by name: a node's own, a link's as `link_name` of its ends. `fallible` holds those that have outages.

    An outage of a link concerns both directions.
    """

    def __init__(self, graph: networkx.Graph, outages: Mapping[str, Outages], streams: Streams, start_s: float) -> None:
        links = {link_name(a, b): hop.outages for a, b, hop in graph.edges(data="hop")}
        self.kinds = {**dict.fromkeys(sorted(outages), "node"), **dict.fromkeys(sorted(links), "link")}
        self.fallible: dict[str, Downtime] = {
            name: part.realise(streams, name, start_s)
            for name, part in sorted({**outages, **links}.items())
            if not isinstance(part, NoOutages)
        }

    def downtime(self, source: str, target: str) -> Downtime:
        """When the link between two nodes carries nothing: it or one of them is down."""
        names = (source, target, link_name(source, target))
        members = [self.fallible[name] for name in names if name in self.fallible]
        return AnyDown(members) if members else AlwaysUp()

    def is_down(self, name: str, t_s: float) -> bool:
        """Whether an element itself is down."""
        return name in self.fallible and self.fallible[name].is_down(t_s)

    def next_change_s(self, t_s: float) -> float:
        """The first change of any element after `t_s`; infinity if there is none."""
        return min((downtime.next_change_s(t_s) for downtime in self.fallible.values()), default=math.inf)
