"""When rounds close and what they take, by hand, per kind."""

from __future__ import annotations

import pytest

from wfsim.part import describe_value
from wfsim.protocol import Progress, Protocol
from wfsim.protocol.asynchronous import Asynchronous
from wfsim.protocol.buffered import Buffered
from wfsim.protocol.deadline import Deadline
from wfsim.protocol.over_selection import OverSelection
from wfsim.protocol.synchronous import Synchronous


def at(ended: int, arrived: int, *, busy: int | None = None, at_deadline: bool = False, started: int = 3) -> Progress:
    left = started - ended if busy is None else busy
    return Progress(started=started, ended=ended, arrived=arrived, busy=left, at_deadline=at_deadline)


CASES = [
    # two of three delivered; one lost its upload; the last one is done
    (Synchronous(), at(2, 2), False),
    (Synchronous(), at(2, 1), False),
    (Synchronous(), at(3, 2), True),
    (Synchronous(), at(3, 0), True),
    # late uploads of an earlier round wait, and late devices work on: neither ends a round
    (Synchronous(), at(2, 5), False),
    (Synchronous(), at(3, 3, busy=2), True),
    (Deadline(round_s=5.0), at(2, 2), False),
    (Deadline(round_s=5.0), at(2, 2, at_deadline=True), True),
    (Deadline(round_s=5.0), at(0, 0, at_deadline=True), True),
    (Deadline(round_s=5.0), at(3, 3), True),
    # two uploads are wanted: the deadline passes with one, the second ends the round, and so does the last device
    (Deadline(round_s=5.0, min_arrivals=2), at(1, 1, at_deadline=True), False),
    (Deadline(round_s=5.0, min_arrivals=2), at(2, 2, at_deadline=True), True),
    (Deadline(round_s=5.0, min_arrivals=2), at(2, 2), False),
    (Deadline(round_s=5.0, min_arrivals=2), at(3, 1, at_deadline=True), True),
    # everybody is done with too few, while a late device of an earlier round may still bring one
    (Deadline(round_s=5.0, min_arrivals=2), at(3, 1, busy=1), False),
    (OverSelection(arrivals=2), at(1, 1), False),
    (OverSelection(arrivals=2), at(2, 1), False),
    (OverSelection(arrivals=2), at(2, 2), True),
    (OverSelection(arrivals=2), at(3, 1), True),
    (Asynchronous(), at(0, 0), False),
    (Asynchronous(), at(1, 0), False),
    (Asynchronous(), at(1, 1), True),
    (Buffered(buffer=2), at(3, 1, busy=3), False),
    (Buffered(buffer=2), at(1, 2), True),
    (Buffered(buffer=3), at(3, 3, busy=0), True),
]


@pytest.mark.parametrize(("protocol", "progress", "closes"), CASES)
def test_whether_a_round_closes(protocol: Protocol, progress: Progress, closes: bool) -> None:
    assert protocol.closes(progress) is closes


def test_deadlines_are_absolute() -> None:
    assert Deadline(round_s=4.0).deadline_s(2.5) == 6.5
    others = (Synchronous(), OverSelection(arrivals=1), Asynchronous(), Buffered(buffer=1))
    assert [protocol.deadline_s(2.5) for protocol in others] == [None] * 4


def test_how_many_uploads_a_round_takes() -> None:
    """Those of one instant make one version each where devices do not wait for each other."""
    assert (Asynchronous().takes, Buffered(buffer=3).takes) == (1, 3)
    waiting = (Synchronous(), OverSelection(arrivals=2), Deadline(round_s=1.0, min_arrivals=2))
    assert [protocol.takes for protocol in waiting] == [None] * 3


@pytest.mark.parametrize("kind", sorted(Protocol.kinds))
def test_who_works_on_without_waiting_finishes_by_default(kind: str) -> None:
    examples = {"deadline": {"round_s": 1.0}, "over_selection": {"arrivals": 1}, "buffered": {"buffer": 1}}
    protocol = Protocol.parse({"kind": kind, **examples.get(kind, {})})
    assert protocol.overtaken == ("finish" if protocol.continuous else "abandon")
    assert Protocol.parse({**describe_value(protocol), "overtaken": "restart"}).overtaken == "restart"
