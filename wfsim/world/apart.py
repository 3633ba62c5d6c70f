"""Which runs fall into cells that cannot touch each other between two acts of the server.

Such cells need no common event loop: each has its own from the server's start of a round to its end (conservative
parallel simulation; Chandy and Misra 1979, with the round as lookahead), and processes may share them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfsim.outages.none import NoOutages
from wfsim.radio.interference.none import NoInterference
from wfsim.scenario.schema import Scenario
from wfsim.topology.layout import Layout

if TYPE_CHECKING:
    import networkx


def runs_apart(scenario: Scenario, layout: Layout) -> bool:
    """Whether every cell goes its own way within a round, and the server acts on nothing but who is done and when.

    So nothing is trained, rounds wait for everybody and nothing flies when all are done, controllers answer each
    request on its own and forget it, nothing fails, no cell hears another, and every station has a way to the server
    that it shares with no other.
    """
    return (
        len(layout.stations) > 1
        and scenario.learning.kind == "none"
        and scenario.protocol.waits_for_all
        and not scenario.hierarchy.edge_rounds
        and not scenario.aggregator.moves_base
        and not scenario.codec.acknowledged
        and not scenario.controller.asks
        and not scenario.controller.remembers
        and not _can_fail(scenario, layout)
        and not _hear_each_other(scenario)
        and _has_ways_of_its_own(layout)
    )


def territory(layout: Layout, station: str) -> networkx.Graph:
    """The fixed nodes and links that serve this station alone, and the server."""
    import networkx

    beyond = layout.fixed.subgraph([name for name in layout.fixed if name != layout.server])
    own = networkx.node_connected_component(beyond, station) if station != layout.server else set()
    return layout.fixed.subgraph({*own, layout.server}).copy()


def _can_fail(scenario: Scenario, layout: Layout) -> bool:
    links = (hop.outages for *_, hop in layout.fixed.edges(data="hop"))
    parts = (scenario.server.outages, scenario.devices.failures, *layout.outages.values(), *links)
    return any(not isinstance(part, NoOutages) for part in parts)


def _hear_each_other(scenario: Scenario) -> bool:
    radios = (scenario.radio, *scenario.radios.values())
    return any(not isinstance(radio.interference, NoInterference) for radio in radios)


def _has_ways_of_its_own(layout: Layout) -> bool:
    """Whether no two stations are joined but through the server."""
    import networkx

    beyond = layout.fixed.subgraph([name for name in layout.fixed if name != layout.server])
    stations = {station.name for station in layout.stations}
    return all(len(stations & part) <= 1 for part in networkx.connected_components(beyond))
