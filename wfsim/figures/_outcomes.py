"""What became of every device's rounds, read from a journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wfsim.trace.folding import Folding

ARRIVED, LOST, HELD, LATE = "arrived", "lost", "held", "late"
_ORDER = (ARRIVED, LOST, HELD, LATE)

Line = dict[str, Any]


@dataclass
class Outcomes(Folding):
    """Folds journal lines; rounds that were not closed do not count. Of several outcomes of a device in one round, as
    devices may have that do not wait for rounds, the best one counts."""

    title: str = ""
    devices: list[str] = field(default_factory=list)
    closed: int = 0
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _coverages: dict[str, list[float]] = field(default_factory=dict)
    _open: dict[str, str] = field(default_factory=dict)

    def share(self, device: str, outcome: str) -> float:
        """Share (0..1) of the closed rounds in which a device had this outcome."""
        return self._counts[device, outcome] / self.closed

    def coverage(self, device: str) -> float | None:
        """Mean share (0..1) of the entries it sent that came, over its uploads; None where it sent nothing."""
        values = self._coverages.get(device, [])
        return sum(values) / len(values) if values else None

    def _on_run_started(self, line: Line) -> None:
        self.title = f"{line['scenario']}, seed {line['seed']}"

    def _on_device_ready(self, line: Line) -> None:
        self.devices.append(line["device"])

    def _on_update_arrived(self, line: Line) -> None:
        self._coverages.setdefault(line["device"], []).append(line["coverage"])
        self._note(line["device"], ARRIVED if line["coverage"] > 0.0 else LOST)

    def _on_update_held(self, line: Line) -> None:
        self._note(line["device"], HELD)

    def _on_device_late(self, line: Line) -> None:
        if line["fate"] != "end":
            self._note(line["device"], LATE)

    def _note(self, device: str, outcome: str) -> None:
        self._open[device] = min(outcome, self._open.get(device, outcome), key=_ORDER.index)

    def _on_round_closed(self, line: Line) -> None:
        self._counts.update(self._open.items())
        self.closed += 1
        self._open.clear()


def read_outcomes(lines: Iterable[Line]) -> Outcomes:
    """The outcomes of a journal."""
    outcomes = Outcomes()
    for line in lines:
        outcomes(line)
    return outcomes
