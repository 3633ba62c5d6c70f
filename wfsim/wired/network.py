"""The fixed network behind the stations: payloads go from node to node, stored and forwarded whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import simpy

from wfsim.outages import Outages
from wfsim.rng import Streams
from wfsim.trace import Journal, Rerouted
from wfsim.wired.bundle import Array, HopTransport, Mask
from wfsim.wired.elements import Elements
from wfsim.wired.line import Line
from wfsim.wired.names import direction_name
from wfsim.wired.router import Router, Way
from wfsim.wired.spread import Parcel, Spread
from wfsim.wired.watch import OnOutage, Watch

if TYPE_CHECKING:
    import networkx


class FixedNetwork:
    """Nodes and the links between them (`graph`: an undirected one whose edges hold a `hop`), with their outages.

    `outages` maps nodes to theirs; the clock of day reads `start_s` at t = 0. Nodes keep what they store through their
    own outages. What has begun to cross a link stays on it; what waits for one that goes down takes another way if
    there is one. Without links and outages nothing happens and nothing is written.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        graph: networkx.Graph,
        outages: Mapping[str, Outages],
        streams: Streams,
        journal: Journal,
        start_s: float,
    ) -> None:
        self.env = env
        self._graph, self._streams, self._journal, self._start_s = graph, streams, journal, start_s
        self._elements = Elements(graph, outages, streams, start_s)
        self._router = Router(graph, self._elements)
        self._watch = Watch(env, self._elements, journal)
        self._lines: dict[str, Line] = {}
        self._spreads: dict[str, Spread] = {}
        self._waiting: list[Callable[[], None]] = []
        self._woken = 0

    def watch(self) -> None:
        """Write outages from now on, and let what waits for a link that goes down be lost or take another way."""
        self._watch.start(self._reconsider)

    def on_outage(self, element: str, callback: OnOutage) -> None:
        """Call with True as an element (a node, or `link_name` of two) goes down, with False as it is up again."""
        self._watch.on_outage(element, callback)

    def is_down(self, element: str) -> bool:
        """Whether a node or link is down now."""
        return self._elements.is_down(element, self.env.now)

    @property
    def changes(self) -> int:
        """Events so far that outages alone caused: random ones go on for ever, though nothing else may happen."""
        return self._watch.changes + self._woken

    def carry(
        self, name: str, purpose: str, source: str, target: str, bits: Array, present: Mask, transport: HopTransport
    ) -> simpy.Event:
        """Carry the packets that are `present` [packets]; the event fires with the Passage at the target."""
        return self.spread(name, purpose, source, [target], bits, present, transport)[target]

    def spread(
        self,
        name: str,
        purpose: str,
        source: str,
        targets: Sequence[str],
        bits: Array,
        present: Mask,
        transport: HopTransport,
    ) -> dict[str, simpy.Event]:
        """Carry packets to several nodes, over each hop that their ways share once; one event per target.

        `bits` [packets] are those of all packets, headers included. Names are unique among what is on its way.
        """
        parcel = Parcel(name=name, purpose=purpose, bits=bits, transport=transport)
        spread = self._spreads[name] = Spread(self, parcel, targets)
        spread.start(source, present)
        return spread.results

    def cut(self, name: str, cause: str, target: str | None = None) -> None:
        """Stop a payload, everywhere or for one target; nothing happens if it is not on its way.

        The events of those for whom it was stopped are triggered when this returns.
        """
        spread = self._spreads.get(name)
        if spread is not None:
            spread.cut(cause, [each for each in spread.results if target in (None, each)])

    def idle_reason(self) -> str | None:
        """Why payloads here will never arrive, or None. Asked when no event is left."""
        reasons = [line.idle_reason() for line in self._lines.values()]
        known = [reason for reason in reasons if reason]
        return "; ".join(known) or (f"no way is up for {', '.join(sorted(self._spreads))}" if self._spreads else None)

    def way(self, source: str, target: str, bits: float) -> Way:
        """The fastest way of so many bits if everything is up. Raises RunError where there is none."""
        return self._router.nominal(source, target, bits)

    # what a payload asks

    def line(self, source: str, target: str) -> Line:
        """The line from a node to its neighbour."""
        name = direction_name(source, target)
        if name not in self._lines:
            self._lines[name] = Line(
                self.env,
                name=name,
                hop=self._graph.edges[source, target]["hop"],
                downtime=self._elements.downtime(source, target),
                streams=self._streams,
                journal=self._journal,
                start_s=self._start_s,
            )
        return self._lines[name]

    def nominal_way(self, parcel: Parcel, source: str, target: str) -> Way:
        """The way if everything were up. Raises RunError where there is none."""
        return self._router.nominal(source, target, parcel.total_bits)

    def open_way(self, parcel: Parcel, source: str, target: str) -> Way | None:
        """The way over what is up now, None if there is none."""
        return self._router.open(source, target, parcel.total_bits, self.env.now)

    def at_next_change(self, callback: Callable[[], None]) -> None:
        """Call back when an element goes down or comes up, if that ever happens."""
        self._waiting.append(callback)
        change_s = self._elements.next_change_s(self.env.now)
        if len(self._waiting) == 1 and math.isfinite(change_s):
            self.env.timeout(change_s - self.env.now).callbacks.append(self._changed)

    def rerouted(self, parcel: Parcel, before: Way, after: Way) -> None:
        """A payload leaves the way it was to take."""
        record = Rerouted(
            t_s=self.env.now, transfer=parcel.name, node=before[0], before=list(before), after=list(after)
        )
        self._journal.write(record)

    def over(self, parcel: Parcel) -> None:
        """A payload has arrived or is lost everywhere."""
        del self._spreads[parcel.name]

    def _changed(self, event: simpy.Event) -> None:
        self._woken += 1
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()

    def _reconsider(self, is_down: bool) -> None:
        """After a change: what waits for lines that are down is lost, or goes another way if one is open."""
        for line in [each for each in self._lines.values() if each.is_down()]:
            line.fail_what_waits()
            for bundle in line.waiting():
                self._spreads[bundle.name].reconsider(line, bundle)
