"""What every device did when, read from a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wfsim.trace.folding import Folding

DOWNLOAD, COMPUTE, ASK, UPLOAD = "download", "compute", "ask, wait for grant", "upload"
CARRIED = "upload on the fixed network"
HELD, GAVE_UP, RESTARTED = "update held back", "overtaken, gives up", "overtaken, starts anew"
CRASHED, SERVER_CRASHED = "device crashes", "server crashes"
_HOPS = {"update": CARRIED, "request": ASK}
_TRANSFERS = {"model": DOWNLOAD, "update": UPLOAD, "request": ASK, "grant": ASK}
_FATES = {"abandon": GAVE_UP, "restart": RESTARTED, "crash": CRASHED, "server_crash": SERVER_CRASHED}

Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A device was busy with a phase.

    `lost` and `cut` are shares in 0..1 of it that came to nothing. Of a transfer they are the share of its offered bits
    that never arrived: `cut` if the transfer was stopped, else `lost`. Training that was stopped has `cut`
    1. A cut transfer has no `lost`: what was lost on its way might yet have been sent again.
    """

    device: str
    phase: str
    start_s: float
    end_s: float
    lost: float = 0.0
    cut: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something happened to a device at one instant."""

    device: str
    what: str
    t_s: float


@dataclass(frozen=True, kw_only=True)
class Round:
    """A round that was closed. `deadline_s` is an absolute time or None; `cohort` all who were at work in it, those
    still busy with an older version included."""

    number: int
    start_s: float
    close_s: float
    deadline_s: float | None
    cohort: tuple[str, ...]


@dataclass
class Story(Folding):
    """Folds journal lines into the closed rounds, the spans in order of their ends, and marks.

    `first_end_s` says when each device was done with its first piece of work.
    """

    title: str = ""
    rounds: list[Round] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    first_end_s: dict[str, float] = field(default_factory=dict)
    _open: Line = field(default_factory=dict)
    _members: dict[str, None] = field(default_factory=dict)
    _busy: dict[str, None] = field(default_factory=dict)
    _asked_s: dict[str, float] = field(default_factory=dict)
    _sender: dict[str, str] = field(default_factory=dict)

    def _on_run_started(self, line: Line) -> None:
        self.title = f"{line['scenario']}, seed {line['seed']}"

    def _on_round_started(self, line: Line) -> None:
        self._open, self._members = line, dict(self._busy)
        self._begin(line["cohort"])

    def _on_devices_joined(self, line: Line) -> None:
        self._begin(line["devices"])

    def _begin(self, devices: Iterable[str]) -> None:
        self._busy |= dict.fromkeys(devices)
        self._members |= dict.fromkeys(devices)

    def _end(self, line: Line) -> None:
        self._busy.pop(line["device"], None)
        self.first_end_s.setdefault(line["device"], line["t_s"])

    def _on_update_arrived(self, line: Line) -> None:
        self._end(line)

    def _on_update_held(self, line: Line) -> None:
        self._end(line)
        self.marks.append(Mark(device=line["device"], what=HELD, t_s=line["t_s"]))

    def _on_device_late(self, line: Line) -> None:
        if line["fate"] != "restart":
            self._end(line)
        if line["fate"] in _FATES:
            self.marks.append(Mark(device=line["device"], what=_FATES[line["fate"]], t_s=line["t_s"]))

    def _on_round_closed(self, line: Line) -> None:
        self.rounds.append(
            Round(
                number=line["round"],
                start_s=self._open["t_s"],
                close_s=line["t_s"],
                deadline_s=self._open["deadline_s"],
                cohort=tuple(sorted(self._members)),
            )
        )

    def _on_hop_ended(self, line: Line) -> None:
        device = self._sender.get(line["transfer"])
        if device is None or line["purpose"] not in _HOPS:
            return
        missing = 1.0 - line["delivered_bits"] / line["offered_bits"]
        stopped = line["cause"] not in (None, "outage")  # what an outage leaves of a payload is lost
        self.spans.append(
            Span(
                device=device,
                phase=_HOPS[line["purpose"]],
                start_s=line["start_s"],
                end_s=line["t_s"],
                **{"cut" if stopped else "lost": missing},
            )
        )

    def _on_transfer_ended(self, line: Line) -> None:
        if line["purpose"] not in _TRANSFERS:
            return
        if line["direction"] == "up":
            self._sender[line["transfer"]] = line["device"]
        missing = line["undelivered_bits"] / (line["delivered_bits"] + line["undelivered_bits"])
        self.spans.append(
            Span(
                device=line["device"],
                phase=_TRANSFERS[line["purpose"]],
                start_s=line["start_s"],
                end_s=line["t_s"],
                **{"cut" if line["cut"] else "lost": missing},
            )
        )

    def _on_requested(self, line: Line) -> None:
        self._asked_s[line["device"]] = line["t_s"]

    def _on_granted(self, line: Line) -> None:
        start_s = self._asked_s[line["device"]]
        self.spans.append(Span(device=line["device"], phase=ASK, start_s=start_s, end_s=line["t_s"]))

    def _on_compute_ended(self, line: Line) -> None:
        self.spans.append(
            Span(
                device=line["device"],
                phase=COMPUTE,
                start_s=line["t_s"] - line["compute_s"],
                end_s=line["t_s"],
                cut=0.0 if line["finished"] else 1.0,
            )
        )


def read_story(lines: Iterable[Line]) -> Story:
    """The story of a journal."""
    story = Story()
    for line in lines:
        story(line)
    return story
