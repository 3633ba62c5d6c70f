"""The engine of one direction of one hop: first in, first out, one timeout per service and one per delay."""

from __future__ import annotations

import math
from collections import deque
from functools import partial

import numpy as np
import simpy

from wfsim.outages import Downtime
from wfsim.outages.none import AlwaysUp
from wfsim.rng import Streams
from wfsim.trace import Journal
from wfsim.units import BITS_PER_BYTE
from wfsim.wired import Hop
from wfsim.wired.bundle import Bundle, Mask, Passage
from wfsim.wired.crossing import Crossing
from wfsim.wired.flights import draw_flights
from wfsim.wired.paused import Paused
from wfsim.wired.records import hop_ended


class Line:
    """Carries bundles from one node to the next, whole, in order of coming; their packets follow each other.

    Service lasts as long as the hop needs for all transmissions of a bundle, repetitions included; the bundle arrives a
    propagation delay later. A node holds what it is sending: the queue is what waits behind it, at most `queue_bytes`.
    What does not fit is dropped from the end of a bundle, or waits outside, in order, if its transport repeats: this
    bounds the queue and leaves the times of a queue without end.

    While the hop is down (`downtime`: the link or a node at its ends), what repeats pauses and waits. What does not
    repeat fails: packets whose last bit had left the sender arrive, the others are lost, and so is what waits.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        name: str,
        hop: Hop,
        downtime: Downtime,
        streams: Streams,
        journal: Journal,
        start_s: float,
    ) -> None:
        self.name = name
        self._env, self._hop, self._downtime, self._streams, self._journal = env, hop, downtime, streams, journal
        self._carrier = hop.realise(streams, name, start_s)
        # Without outages nothing pauses.
        never_down = isinstance(downtime, AlwaysUp)
        self._paused = self._carrier if never_down else Paused(name, self._carrier, downtime)
        self._room_bits = math.inf if hop.queue_bytes is None else hop.queue_bytes * BITS_PER_BYTE
        self._waiting: deque[Bundle] = deque()
        self._crossing: dict[Bundle, Crossing] = {}
        self._serving: Bundle | None = None

    @property
    def queued_bits(self) -> float:
        """Bits in the queue, what is being sent not counted."""
        if not self._waiting:
            return 0.0
        return min(self._room_bits, sum((bundle.count_bits(bundle.accepted) for bundle in self._waiting), 0.0))

    def waiting(self) -> tuple[Bundle, ...]:
        """Bundles whose service has not begun, in order."""
        return tuple(self._waiting)

    def is_down(self) -> bool:
        """Whether the link or a node at its ends is down now."""
        return self._downtime.is_down(self._env.now)

    def offer(self, bundle: Bundle) -> simpy.Event:
        """Take a bundle with at least one packet. The event's value is a Passage, after the propagation delay."""
        bundle.offered_s, bundle.found_bits = self._env.now, self.queued_bits
        if self._serving is not None and not bundle.transport.repeats and math.isfinite(self._room_bits):
            self._drop_what_does_not_fit(bundle)
        if bundle.accepted is bundle.present or np.count_nonzero(bundle.accepted):
            self._waiting.append(bundle)
            self._serve()
        else:
            self._end(bundle, bundle.nothing(), cause=None)
        return bundle.done

    def cut(self, bundle: Bundle, cause: str) -> Passage:
        """Stop a bundle now; `bundle.done` fires. Packets that had left the sender and whose delay is over got through.

        Of the others, those that were lost and would not have been repeated are lost; the rest is pending.
        """
        crossing, arrived = self._crossing.get(bundle), self.arrived(bundle)
        lost = crossing.lost(self._env.now) if crossing else bundle.nothing()
        if crossing is None:
            self._waiting.remove(bundle)
        passage = self._end(bundle, arrived, cause=cause, pending=bundle.accepted & ~arrived & ~lost)
        if bundle is self._serving:
            self._serving = None
            self._serve()
        return passage

    def arrived(self, bundle: Bundle) -> Mask:
        """Packets [packets] of a bundle on this line that have got through so far."""
        crossing = self._crossing.get(bundle)
        return crossing.arrived(self._env.now) if crossing else bundle.nothing()

    def withdraw(self, bundle: Bundle) -> None:
        """Let a waiting bundle go because of an outage: another way may be taken."""
        self._waiting.remove(bundle)
        self._end(bundle, bundle.nothing(), cause="outage", pending=bundle.accepted, withdrawn=True)

    def fail_what_waits(self) -> None:
        """The hop is down: waiting bundles whose transport does not repeat are lost."""
        for bundle in [each for each in self._waiting if not each.transport.repeats]:
            self._waiting.remove(bundle)
            self._end(bundle, bundle.nothing(), cause="outage")

    def idle_reason(self) -> str | None:
        """Why what is here will never cross, or None. Asked when no event is left."""
        names = sorted(bundle.name for bundle in (*self._crossing, *self._waiting))
        return f"hop {self.name}: {', '.join(names)} never gets across" if names else None

    def _drop_what_does_not_fit(self, bundle: Bundle) -> None:
        fits = np.cumsum(bundle.bits * bundle.present) <= self._room_bits - bundle.found_bits
        bundle.accepted = bundle.present & fits

    def _serve(self, event: simpy.Event | None = None) -> None:
        """Begin the next service if the hop is free and up."""
        if self.is_down():
            self._wait_until_up()
        elif self._serving is None and self._waiting:
            self._begin(self._waiting.popleft())

    def _wait_until_up(self) -> None:
        self.fail_what_waits()
        up_s = self._downtime.next_change_s(self._env.now)
        if self._serving is None and self._waiting and math.isfinite(up_s):
            self._env.timeout(up_s - self._env.now).callbacks.append(self._serve)

    def _begin(self, bundle: Bundle) -> None:
        now_s = self._env.now
        crossing = self._cross(bundle, now_s)
        self._serving, self._crossing[bundle] = bundle, crossing
        if math.isfinite(crossing.end_s):
            self._env.timeout(max(crossing.end_s - now_s, 0.0)).callbacks.append(partial(self._served, bundle))

    def _cross(self, bundle: Bundle, now_s: float) -> Crossing:
        uniforms = partial(self._streams.uniforms, len(bundle.bits), "hop_fate", self.name, bundle.name)
        flights = draw_flights(bundle, self._hop.loss, uniforms)
        stops_s = math.inf if bundle.transport.repeats else self._downtime.next_change_s(now_s)
        return Crossing(bundle, flights, self._carrier, self._paused, begun_s=now_s, stops_s=stops_s)

    def _served(self, bundle: Bundle, event: simpy.Event) -> None:
        if bundle is not self._serving:
            return
        self._serving = None
        delay_s = self._crossing[bundle].delay_s()
        if delay_s:
            self._env.timeout(delay_s).callbacks.append(partial(self._arrive, bundle))
        else:
            self._arrive(bundle)
        self._serve()

    def _arrive(self, bundle: Bundle, event: simpy.Event | None = None) -> None:
        crossing = self._crossing.get(bundle)
        if crossing is not None:
            self._end(bundle, crossing.through(), cause=None if crossing.whole else "outage")

    def _end(
        self, bundle: Bundle, arrived: Mask, *, cause: str | None, pending: Mask | None = None, withdrawn: bool = False
    ) -> Passage:
        passage = Passage(arrived, cause, withdrawn)
        crossing = self._crossing.pop(bundle, None)
        self._journal.write(hop_ended(self.name, self._env.now, bundle, crossing, passage, pending))
        bundle.done.succeed(passage)
        return passage
