"""Work that crashes of devices and of the server undid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wfsim.trace.folding import Folding

Line = dict[str, Any]

CRASHES = ("crash", "server_crash")  # fates of devices
_NOTHING = (0.0, 0.0)


@dataclass(kw_only=True)
class LostWork:
    """Sums over a run: turns of devices that came to nothing because the device or the server crashed, their seconds of
    computing and their joules (computing and radio). Turns whose update had arrived count where the server had not made
    it durable. `versions` of the global adapter were lost."""

    turns: int = 0
    compute_s: float = 0.0
    energy_j: float = 0.0
    versions: int = 0


class LostWorkTable(Folding):
    """Folds journal lines into `lost`."""

    def __init__(self) -> None:
        self.lost = LostWork()
        self._turn: dict[str, tuple[float, float]] = {}  # seconds, joules
        self._arrived: list[tuple[int, float, float]] = []  # version at the server, seconds, joules
        self._version = 0

    def _on_compute_ended(self, line: Line) -> None:
        self._spend(line["device"], line["compute_s"], line["energy_j"])

    def _on_transfer_ended(self, line: Line) -> None:
        if line["purpose"] != "acknowledgement":  # it flies while its device goes on
            self._spend(line["device"], 0.0, line["energy_j"])

    def _spend(self, device: str, compute_s: float, energy_j: float) -> None:
        spent_s, spent_j = self._turn.get(device, _NOTHING)
        self._turn[device] = spent_s + compute_s, spent_j + energy_j

    def _on_update_held(self, line: Line) -> None:
        self._turn.pop(line["device"], None)

    def _on_update_arrived(self, line: Line) -> None:
        self._arrived.append((self._version, *self._turn.pop(line["device"], _NOTHING)))

    def _on_device_late(self, line: Line) -> None:
        spent = self._turn.pop(line["device"], _NOTHING)
        if line["fate"] in CRASHES:
            self._lose(*spent)

    def _on_round_closed(self, line: Line) -> None:
        self._version = line["version"]

    def _on_server_restored(self, line: Line) -> None:
        self.lost.versions += line["lost_versions"]
        durable = line["durable_version"]
        for version, compute_s, energy_j in self._arrived:
            if version >= durable:
                self._lose(compute_s, energy_j)
        self._arrived = [each for each in self._arrived if each[0] < durable]
        self._version = line["version"]

    def _lose(self, compute_s: float, energy_j: float) -> None:
        self.lost.turns += 1
        self.lost.compute_s += compute_s
        self.lost.energy_j += energy_j


def lost_work(lines: Iterable[Line]) -> LostWork:
    """The work that the crashes of a journal undid."""
    table = LostWorkTable()
    for line in lines:
        table(line)
    return table.lost
