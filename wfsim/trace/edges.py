"""Rounds at the edges (`hierarchy.edge_rounds`): what a server records, with the edge's name before it."""

from __future__ import annotations

from wfsim.trace.learning import NewVersion
from wfsim.trace.record import Record, record, shared
from wfsim.trace.rounds import Control, Joining, RoundEnd, RoundStart


@shared
class OfEdge:
    """Whose round it is."""

    edge: str


@record
class EdgeRoundStarted(RoundStart, OfEdge, Record):
    """An edge begins a round among its own devices; fields as of `round_started`, versions are the edge's own."""

    group = "server"


@record
class EdgeDevicesJoined(Joining, OfEdge, Record):
    """Devices begin work in the middle of an edge's round; fields as of `devices_joined`."""

    group = "server"


@record
class EdgeControlled(Control, OfEdge, Record):
    """What an edge's controller remembers after a round; fields as of `controlled`."""

    group = "server"


@record
class EdgeRoundClosed(RoundEnd, OfEdge, Record):
    """An edge closed a round; fields as of `round_closed`."""

    group = "server"


@record
class EdgeUpdated(NewVersion, OfEdge, Record):
    """An edge made a new version of its own; fields as of `model_updated`."""

    group = "learning"
