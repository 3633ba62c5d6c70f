"""What every protocol promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wfsim.contracts._require import require, require_equal
from wfsim.protocol import Progress, Protocol

_STARTS_S = (0.0, 5.25)
_COHORT = 4
_MANY = 1_000_000


def check_a_deadline_is_announced(protocol: Protocol) -> None:
    """`has_deadline` says whether `deadline_s` gives a time, which lies ahead."""
    for start_s in _STARTS_S:
        deadline_s = protocol.deadline_s(start_s)
        require_equal(
            deadline_s is not None, protocol.has_deadline, "whether there is a deadline, against has_deadline,"
        )
        ahead = deadline_s is None or deadline_s > start_s
        require(ahead, f"a round that starts at {start_s:g} s has its deadline at {deadline_s} s")


def check_a_round_in_which_everybody_is_done_closes(protocol: Protocol) -> None:
    """Whatever arrived: nothing else can happen in it. Where devices go on at once, they are never all done."""
    for arrived in range(_COHORT + 1) if not protocol.continuous else ():
        done = Progress(started=_COHORT, ended=_COHORT, arrived=arrived, busy=0, at_deadline=False)
        require(protocol.closes(done), f"a round does not close with all {_COHORT} devices done and {arrived} uploads")


def check_a_round_in_which_nothing_arrived_goes_on(protocol: Protocol) -> None:
    """While a participant is at work, until its deadline."""
    for progress in _rounds(protocol):
        waits = progress.ended < progress.started and not progress.arrived and not progress.at_deadline
        require(not (waits and protocol.closes(progress)), f"it closes with nothing to aggregate: {progress}")


def check_enough_uploads_close_a_round(protocol: Protocol) -> None:
    """At its deadline, or where devices go on at once: otherwise it might never end."""
    if protocol.has_deadline or protocol.continuous:
        plenty = Progress(started=_MANY, ended=_MANY - 1, arrived=_MANY, busy=1, at_deadline=protocol.has_deadline)
        require(protocol.closes(plenty), f"a round does not close with {_MANY} uploads")


def check_a_round_that_closes_would_close_with_more(protocol: Protocol) -> None:
    """One device more that is done, one upload more, or the deadline never keep a round open."""
    for progress in _rounds(protocol):
        for more in _more(progress, protocol) if protocol.closes(progress) else ():
            require(protocol.closes(more), f"it closes at {progress} but not at {more}")


def check_a_round_takes_some_upload(protocol: Protocol) -> None:
    """`takes` is None, or a whole number above 0; with so many uploads waiting a round without rest closes."""
    takes = protocol.takes
    require(takes is None or (isinstance(takes, int) and takes >= 1), f"a round takes {takes!r} uploads at most")
    if protocol.continuous and takes is not None:
        full = Progress(started=takes + 1, ended=takes, arrived=takes, busy=1, at_deadline=False)
        require(protocol.closes(full), f"a round takes {takes} uploads, and does not close when they have come")


def _rounds(protocol: Protocol) -> Iterator[Progress]:
    """States of a round of four devices, with none or two of an earlier round still at work."""
    for ended in range(_COHORT + 1):
        for arrived in range(_COHORT + 3):
            for late in (0, 2):
                for at_deadline in (False, True) if protocol.has_deadline else (False,):
                    yield Progress(
                        started=_COHORT,
                        ended=ended,
                        arrived=arrived,
                        busy=_COHORT - ended + late,
                        at_deadline=at_deadline,
                    )


def _more(progress: Progress, protocol: Protocol) -> Iterator[Progress]:
    yield replace(progress, arrived=progress.arrived + 1)
    if progress.ended < progress.started:
        yield replace(progress, ended=progress.ended + 1, busy=progress.busy - 1)
    if protocol.has_deadline:
        yield replace(progress, at_deadline=True)
