"""What outages did: what they stopped, what waited, and how learning came through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from wfsim.results.metrics.elements import elements_of_hop
from wfsim.trace.folding import Folding

Line = dict[str, Any]

_ROUNDING = 1e-12  # of an instant that is a sum

STOPPED = ("outage", "crash")  # causes of a transfer's end that an outage answers for


@dataclass(frozen=True, kw_only=True)
class Outage:
    """One outage of an element. `end_s` None: it lasted beyond the run, whose end then bounds `down_s`.

    A transfer counts at an outage of a device, station, link or node on its way, at each only once. `stopped_transfers`
    failed in it, by an outage or a crash, and `stopped_bits` of them, headers included, were lost by that.
    `rerouted_transfers` took another way; `waited_transfers` were under way in it and went on as they were.
    `recovery_s` runs from its end to the close of the first round after that which took in as many arrivals as the last
    round closed before it began; None if none did or none was closed before. Accuracies are the last one measured
    before its start and before its end, and the first one measured after recovery.
    """

    element: str
    what: str
    start_s: float
    end_s: float | None
    down_s: float
    stopped_transfers: int
    stopped_bits: float
    rerouted_transfers: int
    waited_transfers: int
    recovery_s: float | None
    accuracy_before: float | None
    accuracy_at_end: float | None
    accuracy_recovered: float | None


@dataclass(eq=False)
class _Open:
    """An outage as it is read. `before` and `at_end` count the rounds closed and the accuracies measured by then."""

    element: str
    what: str
    start_s: float
    before: tuple[int, int]
    end_s: float | None = None
    at_end: tuple[int, int] | None = None
    stopped: dict[str, float] = field(default_factory=dict)
    rerouted: set[str] = field(default_factory=set)
    waited: set[str] = field(default_factory=set)

    @property
    def went_on(self) -> set[str]:
        """Transfers that waited in it, and neither failed nor left."""
        return self.waited - self.stopped.keys() - self.rerouted

    def overlaps(self, start_s: float, end_s: float) -> bool:
        """Whether it holds a part of [start_s, end_s] that takes time."""
        return self.start_s < end_s and (self.end_s is None or self.end_s > start_s)


class OutageTable(Folding):
    """Folds journal lines into outages."""

    def __init__(self) -> None:
        self._outages: list[_Open] = []
        self._of: dict[str, list[_Open]] = {}
        self._stopped: list[tuple[Line, tuple[str, ...]]] = []
        self._station: dict[str, str] = {}
        self._reached_s: dict[str, float] = {}  # when an upload came to the node that it is at
        self._rounds: list[Line] = []
        self._accuracies: list[tuple[int, float]] = []  # rounds closed by then, and the accuracy

    def outages(self) -> list[Outage]:
        """In order of their starts."""
        self._attribute_stopped()
        return [self._finished(each) for each in self._outages]

    def transfers(self) -> dict[str, int]:
        """How many transfers outages `stopped`, `rerouted` and let `waited`, each once however many were on its way."""
        self._attribute_stopped()
        return {
            "stopped": len({name for each in self._outages for name in each.stopped}),
            "rerouted": len({name for each in self._outages for name in each.rerouted}),
            "waited": len({name for each in self._outages for name in each.went_on}),
        }

    def _on_link_placed(self, line: Line) -> None:
        self._station[line["device"]] = line["station"]

    def _on_round_closed(self, line: Line) -> None:
        self._rounds.append(line)

    def _on_evaluated(self, line: Line) -> None:
        self._accuracies.append((len(self._rounds), line["accuracy"]))

    def _on_outage_started(self, line: Line) -> None:
        begun = _Open(element=line["element"], what=line["what"], start_s=line["t_s"], before=self._counts())
        self._outages.append(begun)
        self._of.setdefault(line["element"], []).append(begun)

    def _on_outage_ended(self, line: Line) -> None:
        ended = self._of[line["element"]][-1]
        ended.end_s, ended.at_end = line["t_s"], self._counts()

    def _counts(self) -> tuple[int, int]:
        return len(self._rounds), len(self._accuracies)

    def _on_transfer_ended(self, line: Line) -> None:
        if self._concerns(line):
            device = line["device"]
            self._passed(line, line["start_s"], tuple(x for x in (device, self._station.get(device)) if x is not None))
        if line["direction"] == "up":
            self._reached_s[line["transfer"]] = line["t_s"]

    def _on_update_arrived(self, line: Line) -> None:
        self._reached_s.pop(line["transfer"], None)

    def _on_hop_ended(self, line: Line) -> None:
        """What no way is open for waits at its node, before it is offered to a hop."""
        if self._concerns(line):
            reached_s = self._reached_s.get(line["transfer"], line["start_s"])
            self._passed(line, min(reached_s, line["start_s"]), elements_of_hop(line["link"]))
        if line["transfer"] in self._reached_s:
            self._reached_s[line["transfer"]] = line["t_s"]

    def _concerns(self, line: Line) -> bool:
        """Whether an outage may have to do with it."""
        return bool(self._of) or line["cause"] in STOPPED

    def _passed(self, line: Line, start_s: float, elements: tuple[str, ...]) -> None:
        if line["cause"] in STOPPED:
            self._stopped.append((line, elements))  # the outage that begins at this instant may still be to be read
            return
        for each in self._on_way(elements):
            if each.overlaps(start_s, line["t_s"]):
                each.waited.add(line["transfer"])

    def _on_way(self, elements: Sequence[str]) -> Iterator[_Open]:
        return (each for element in elements for each in self._of.get(element, ()))

    def _could_stop(self, line: Line, elements: Sequence[str]) -> Iterable[_Open]:
        """Outages on its way; when the server crashes, all that is under way ends."""
        servers = (each for each in self._outages if each.what == "server" and line["cause"] == "crash")
        return dict.fromkeys((*self._on_way(elements), *servers))

    def _attribute_stopped(self) -> None:
        for line, elements in self._stopped:
            self._attribute(line, elements)
        self._stopped.clear()

    def _attribute(self, line: Line, elements: Sequence[str]) -> None:
        for each in self._could_stop(line, elements):
            if each.start_s <= line["t_s"] and (each.end_s is None or each.end_s >= _stopped_s(line)):
                lost_bits = _lost_bits(line)
                if lost_bits > 0.0:
                    each.stopped[line["transfer"]] = each.stopped.get(line["transfer"], 0.0) + lost_bits
                else:
                    each.rerouted.add(line["transfer"])

    def _finished(self, each: _Open) -> Outage:
        recovered = self._recovered(each)
        return Outage(
            element=each.element,
            what=each.what,
            start_s=each.start_s,
            end_s=each.end_s,
            down_s=(self.end_s if each.end_s is None else each.end_s) - each.start_s,
            stopped_transfers=len(each.stopped),
            stopped_bits=sum(each.stopped.values(), 0.0),
            rerouted_transfers=len(each.rerouted),
            waited_transfers=len(each.went_on),
            recovery_s=None if recovered is None else self._rounds[recovered]["t_s"] - each.end_s,
            accuracy_before=self._last_accuracy(each.before),
            accuracy_at_end=self._last_accuracy(each.at_end),
            accuracy_recovered=self._accuracy_from(recovered),
        )

    def _recovered(self, each: _Open) -> int | None:
        """Which round, counted from 0 in order of closing, was the first after it with as many arrivals as before."""
        if each.at_end is None or each.before[0] == 0:
            return None
        enough = self._rounds[each.before[0] - 1]["arrived"]
        later = range(each.at_end[0], len(self._rounds))
        return next((number for number in later if self._rounds[number]["arrived"] >= enough), None)

    def _last_accuracy(self, counts: tuple[int, int] | None) -> float | None:
        return self._accuracies[counts[1] - 1][1] if counts is not None and counts[1] > 0 else None

    def _accuracy_from(self, number: int | None) -> float | None:
        if number is None:
            return None
        return next((accuracy for closed, accuracy in self._accuracies if closed > number), None)


def _stopped_s(line: Line) -> float:
    """When the sender stopped; what had left it on a hop comes in later."""
    if line["type"] == "transfer_ended":
        return line["t_s"]
    return (line["start_s"] + line["waited_s"] + line["service_s"]) * (1.0 - _ROUNDING)


def _lost_bits(line: Line) -> float:
    """Bits that failed; on a hop an outage leaves pending what is to go another way."""
    if line["type"] == "transfer_ended":
        return line["undelivered_bits"]
    return line["lost_bits"] if line["cause"] == "outage" else line["pending_bits"]


def outages(lines: Iterable[Line]) -> list[Outage]:
    """The outages of a journal, in order of their starts."""
    table = OutageTable()
    for line in lines:
        table(line)
    return table.outages()


@dataclass(frozen=True, kw_only=True)
class Downtime:
    """All outages of one element: how often and how long it was down, and what that stopped."""

    element: str
    what: str
    outages: int
    down_s: float
    stopped_transfers: int
    stopped_bits: float
    rerouted_transfers: int
    waited_transfers: int


def downtimes(found: Iterable[Outage]) -> list[Downtime]:
    """Sums per element, in order of name; a transfer that two outages of an element held up counts at both."""
    members: dict[tuple[str, str], list[Outage]] = {}
    for each in found:
        members.setdefault((each.element, each.what), []).append(each)
    return [
        Downtime(
            element=element,
            what=what,
            outages=len(group),
            down_s=sum(each.down_s for each in group),
            stopped_transfers=sum(each.stopped_transfers for each in group),
            stopped_bits=sum((each.stopped_bits for each in group), 0.0),
            rerouted_transfers=sum(each.rerouted_transfers for each in group),
            waited_transfers=sum(each.waited_transfers for each in group),
        )
        for (element, what), group in sorted(members.items())
    ]
