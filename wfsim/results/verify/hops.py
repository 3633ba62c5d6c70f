"""Hops between fixed nodes: bits, queues, time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from wfsim.results.verify._invariant import ROUNDING, Line, at, differ, invariant, of

_PARTS = ("delivered_bits", "lost_bits", "dropped_bits", "pending_bits")
_NOT_NEGATIVE = ("waited_s", "service_s", "packets", *_PARTS, "sent_bits", "found_bits")


def _named(line: Line) -> str:
    return f"{at(line)}{line['transfer']} on {line['link']}"


@invariant
def hops_conserve_bits(journal: Sequence[Line]) -> Iterator[str]:
    """Offered = delivered + lost + dropped + pending, and no more was delivered than sent."""
    for line in of(journal, "hop_ended"):
        accounted = math.fsum(line[part] for part in _PARTS)
        if differ(line["offered_bits"], accounted):
            yield f"{_named(line)} offered {line['offered_bits']:g} bits but accounts for {accounted:g}"
        if line["delivered_bits"] > line["sent_bits"] * (1.0 + ROUNDING) + ROUNDING:
            yield f"{_named(line)} delivered {line['delivered_bits']:g} bits of {line['sent_bits']:g} sent"


@invariant
def hops_count_from_zero(journal: Sequence[Line]) -> Iterator[str]:
    """No wait, no time of service and no count of bits is below zero."""
    for line in of(journal, "hop_ended"):
        for name in _NOT_NEGATIVE:
            if line[name] < -ROUNDING * max(line["offered_bits"], 1.0):
                yield f"{_named(line)} has {name} {line[name]:g}"


@invariant
def hops_take_their_time(journal: Sequence[Line]) -> Iterator[str]:
    """A payload leaves a hop after it came, having waited and been sent in between."""
    for line in of(journal, "hop_ended"):
        lasted_s, used_s = line["t_s"] - line["start_s"], line["waited_s"] + line["service_s"]
        if lasted_s < 0.0 or used_s > lasted_s + ROUNDING * max(line["t_s"], 1.0):
            yield f"{_named(line)} waited and was sent for {used_s:g} s of {lasted_s:g} s"


@invariant
def what_hops_hold_back_has_a_cause(journal: Sequence[Line]) -> Iterator[str]:
    """Bits are pending only where something stopped the payload."""
    for line in of(journal, "hop_ended"):
        if line["cause"] is None and line["pending_bits"] > ROUNDING * max(line["offered_bits"], 1.0):
            yield f"{_named(line)} leaves {line['pending_bits']:g} bits pending without a cause"
