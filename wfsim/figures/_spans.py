"""What every device did when, read from a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

DOWNLOAD, COMPUTE, UPLOAD = "download", "compute", "upload"
_TRANSFERS = {"down": DOWNLOAD, "up": UPLOAD}

Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A device was busy with a phase.

    `lost` and `cut` are shares in 0..1 of it that came to nothing. Of a transfer they are the share of its offered bits
    that never arrived: `cut` if the round's end stopped the transfer, else `lost`. Training that was stopped has `cut`
    1. A cut transfer has no `lost`: what was lost on its way might yet have been sent again.
    """

    device: str
    phase: str
    start_s: float
    end_s: float
    lost: float = 0.0
    cut: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Round:
    """A round that was closed. `deadline_s` is an absolute time or None."""

    number: int
    start_s: float
    close_s: float
    deadline_s: float | None
    cohort: tuple[str, ...]


@dataclass
class Story:
    """Folds journal lines into the closed rounds and the spans, in order of their ends."""

    title: str = ""
    rounds: list[Round] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    _open: Line = field(default_factory=dict)

    def __call__(self, line: Line) -> None:
        fold = getattr(self, f"_on_{line['type']}", None)
        if fold is not None:
            fold(line)

    def _on_run_started(self, line: Line) -> None:
        self.title = f"{line['scenario']}, seed {line['seed']}"

    def _on_round_started(self, line: Line) -> None:
        self._open = line

    def _on_round_closed(self, line: Line) -> None:
        self.rounds.append(
            Round(
                number=line["round"],
                start_s=self._open["t_s"],
                close_s=line["t_s"],
                deadline_s=self._open["deadline_s"],
                cohort=tuple(self._open["cohort"]),
            )
        )

    def _on_transfer_ended(self, line: Line) -> None:
        missing = line["undelivered_bits"] / (line["delivered_bits"] + line["undelivered_bits"])
        self.spans.append(
            Span(
                device=line["device"],
                phase=_TRANSFERS[line["direction"]],
                start_s=line["start_s"],
                end_s=line["t_s"],
                **{"cut" if line["cut"] else "lost": missing},
            )
        )

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
