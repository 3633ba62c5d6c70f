"""One payload on its way from a node to one or several others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol

import numpy as np
import simpy

from wfsim.wired.bundle import Array, Bundle, HopTransport, Mask, Passage
from wfsim.wired.line import Line
from wfsim.wired.router import Way


@dataclass(frozen=True, kw_only=True, eq=False)
class Parcel:
    """What is carried: all its packets' bits [packets], headers included."""

    name: str
    purpose: str
    bits: Array
    transport: HopTransport

    @cached_property
    def total_bits(self) -> float:
        """Bits of all packets, by which ways are chosen wherever it is and whatever was lost."""
        return float(self.bits.sum())


class Surroundings(Protocol):
    """What a payload asks of the network."""

    env: simpy.Environment

    def line(self, source: str, target: str) -> Line:
        """The line from a node to its neighbour."""
        ...

    def nominal_way(self, parcel: Parcel, source: str, target: str) -> Way:
        """The way if everything were up."""
        ...

    def open_way(self, parcel: Parcel, source: str, target: str) -> Way | None:
        """The way over what is up now, None if there is none."""
        ...

    def at_next_change(self, callback: Callable[[], None]) -> None:
        """Call back when an element goes down or comes up."""
        ...

    def rerouted(self, parcel: Parcel, before: Way, after: Way) -> None:
        """A payload leaves the way it was to take."""
        ...

    def over(self, parcel: Parcel) -> None:
        """Every target has its result."""
        ...


@dataclass(kw_only=True, eq=False)
class _Branch:
    """Packets `present` [packets] for some targets, with the `ways` planned from where they are, that node included.

    On a line they are a bundle; else they wait at the node. `cause` says why some have been lost so far.
    """

    present: Mask
    ways: dict[str, Way]
    cause: str | None = None
    bundle: Bundle | None = None


class Spread:
    """Goes hop by hop, whole, along the tree of its ways: what they share is crossed once.

    At every node the ways are sought anew. Without an open way, a payload whose transport repeats follows the way it
    would take if everything were up as far as it can, and waits there; one whose transport does not repeat is lost.
    `results` has an event per target, which fires with a Passage.
    """

    def __init__(self, network: Surroundings, parcel: Parcel, targets: Sequence[str]) -> None:
        self.results = {target: network.env.event() for target in targets}
        self._network, self._parcel = network, parcel
        self._branches: dict[_Branch, None] = {}

    def start(self, source: str, present: Mask) -> None:
        """Set off with the packets that are present [packets] at the source."""
        ways = {target: self._network.nominal_way(self._parcel, source, target) for target in self.results}
        self._arrive(_Branch(present=present, ways=ways), source)

    def cut(self, cause: str, targets: Sequence[str]) -> None:
        """Stop it for some targets, unless they have their results; it goes on for the others.

        What got through the last hop counts, if all did or the transport `keeps_partial`.
        """
        for branch in tuple(self._branches):
            ended = {target: branch.ways.pop(target) for target in targets if target in branch.ways}
            if ended:
                arrived = self._so_far(branch, ended) if branch.ways else self._stop(branch, ended, cause)
                self._cut_off(branch, ended, arrived, cause)

    def reconsider(self, line: Line, bundle: Bundle) -> None:
        """The line is down and this bundle waits in it: it leaves if its targets have open ways."""
        branch = next(each for each in self._branches if each.bundle is bundle)
        opens = [self._network.open_way(self._parcel, way[0], target) for target, way in branch.ways.items()]
        if all(way is not None for way in opens):
            line.withdraw(bundle)

    def _arrive(self, branch: _Branch, node: str) -> None:
        """At a node: those bound for it are there, the others go on."""
        if branch.ways.pop(node, None):
            self._settle(node, branch.present, branch.cause)
            if not branch.ways:
                return
        if np.count_nonzero(branch.present):
            self._leave(branch)
        else:
            self._lose(branch)

    def _leave(self, branch: _Branch) -> None:
        """Out of a node: one bundle for all targets behind the same next node."""
        together: dict[str | None, dict[str, Way]] = {}
        for target, before in branch.ways.items():
            way = self._way(before[0], target)
            together.setdefault(way[1] if way else None, {})[target] = way or before
            if way and way != before:
                self._network.rerouted(self._parcel, before, way)
        for following, ways in together.items():
            part = _Branch(present=branch.present, ways=ways, cause=branch.cause)
            if following is None:
                self._wait(part)
            else:
                self._cross(part, self._line(ways))

    def _way(self, node: str, target: str) -> Way | None:
        """The open way; else, if it repeats, the ordinary one as long as its next hop is up."""
        way = self._network.open_way(self._parcel, node, target)
        if way or not self._parcel.transport.repeats:
            return way
        ordinary = self._network.nominal_way(self._parcel, node, target)
        return None if self._network.line(*ordinary[:2]).is_down() else ordinary

    def _wait(self, branch: _Branch) -> None:
        """No way: wait until something changes, or be lost."""
        if self._parcel.transport.repeats:
            self._branches[branch] = None
            self._network.at_next_change(partial(self._try_again, branch))
        else:
            branch.present, branch.cause = np.zeros_like(branch.present), "outage"
            self._lose(branch)

    def _try_again(self, branch: _Branch) -> None:
        if branch in self._branches:
            del self._branches[branch]
            self._leave(branch)

    def _cross(self, branch: _Branch, line: Line) -> None:
        parcel = self._parcel
        branch.bundle = Bundle(
            name=parcel.name,
            purpose=parcel.purpose,
            bits=parcel.bits,
            total_bits=parcel.total_bits,
            present=branch.present,
            transport=parcel.transport,
            done=self._network.env.event(),
        )
        self._branches[branch] = None
        branch.bundle.done.callbacks.append(partial(self._crossed, branch))
        line.offer(branch.bundle)

    def _crossed(self, branch: _Branch, event: simpy.Event) -> None:
        if branch not in self._branches:
            return
        del self._branches[branch]
        passage: Passage = event.value
        if passage.withdrawn:
            self._leave(branch)
        else:
            ways = {target: way[1:] for target, way in branch.ways.items()}
            node = next(iter(ways.values()))[0]
            self._arrive(_Branch(present=passage.arrived, ways=ways, cause=passage.cause or branch.cause), node)

    def _stop(self, branch: _Branch, ways: dict[str, Way], cause: str) -> Mask:
        """Take a branch off its line, for nobody is left to whom it goes; the packets that got through the hop."""
        del self._branches[branch]
        if branch.bundle is None or branch.bundle.done.triggered:
            return self._so_far(branch, ways)
        return self._line(ways).cut(branch.bundle, cause).arrived

    def _so_far(self, branch: _Branch, ways: dict[str, Way]) -> Mask:
        """Packets of a branch that have got through the hop on which it is."""
        if branch.bundle is None:
            return np.zeros_like(branch.present)
        if branch.bundle.done.triggered:
            return branch.bundle.done.value.arrived
        return self._line(ways).arrived(branch.bundle)

    def _cut_off(self, branch: _Branch, ways: dict[str, Way], arrived: Mask, cause: str) -> None:
        counts = self._parcel.transport.keeps_partial or np.array_equal(arrived, branch.present)
        for target, way in ways.items():
            is_there = branch.bundle is not None and way[1] == target and counts
            self._settle(target, arrived if is_there else np.zeros_like(arrived), cause)

    def _line(self, ways: dict[str, Way]) -> Line:
        node, following, *_ = next(iter(ways.values()))
        return self._network.line(node, following)

    def _lose(self, branch: _Branch) -> None:
        for target in branch.ways:
            self._settle(target, branch.present, branch.cause)

    def _settle(self, target: str, arrived: Mask, cause: str | None) -> None:
        self.results[target].succeed(Passage(arrived, cause))
        if all(event.triggered for event in self.results.values()):
            self._network.over(self._parcel)
