"""What the server remembers of its devices: folded from the journal's own records as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wfsim.trace.folding import Folding

Line = Mapping[str, Any]


@dataclass(kw_only=True)
class History:
    """One device. `last_round` is the server's round in which it was last sent to work; `held` counts the updates that
    it has held back since."""

    turns: int = 0
    energy_j: float = 0.0
    last_round: int | None = None
    last_turn_s: float | None = None
    last_loss: float | None = None
    held: int = 0


class Ledger(Folding):
    """Histories by device; a journal sink. Rounds are those of the device's own server, the cloud or an edge."""

    def __init__(self) -> None:
        self.devices: dict[str, History] = {}
        self._rounds: dict[str, int] = {}
        self._edge_of: dict[str, str] = {}
        self._began_s: dict[str, float] = {}

    def of(self, device: str) -> History:
        """What is known of a device; nothing of one that never took part."""
        known = self.devices.get(device)
        if known is None:
            known = self.devices[device] = History()
        return known

    def age_rounds(self, device: str) -> int | None:
        """Rounds since the device was last sent to work; None if it never was."""
        last = self.of(device).last_round
        return None if last is None else self._rounds[self._edge_of[device]] - last

    def _on_round_started(self, line: Line) -> None:
        edge = line.get("edge", "")
        self._rounds[edge] = line["round"]
        self._begin(edge, line["cohort"], line["t_s"])

    def _on_edge_round_started(self, line: Line) -> None:
        self._on_round_started(line)

    def _on_edge_updated(self, line: Line) -> None:
        self._on_model_updated(line)

    def _on_devices_joined(self, line: Line) -> None:
        self._begin(line.get("edge", ""), line["devices"], line["t_s"])

    def _on_edge_devices_joined(self, line: Line) -> None:
        self._on_devices_joined(line)

    def _begin(self, edge: str, devices: list[str], t_s: float) -> None:
        for device in devices:
            self._began_s[device] = t_s
            history = self.of(device)
            history.turns += 1
            history.last_round = self._rounds[edge]
            self._edge_of[device] = edge

    def _on_compute_ended(self, line: Line) -> None:
        self.of(line["device"]).energy_j += line["energy_j"]

    def _on_transfer_ended(self, line: Line) -> None:
        self.of(line["device"]).energy_j += line["energy_j"]

    def _on_update_arrived(self, line: Line) -> None:
        history = self.of(line["device"])
        history.held = 0
        history.last_turn_s = line["t_s"] - self._began_s[line["device"]]

    def _on_device_late(self, line: Line) -> None:
        self.of(line["device"]).last_turn_s = line["t_s"] - self._began_s[line["device"]]

    def _on_update_held(self, line: Line) -> None:
        self.of(line["device"]).held += 1

    def _on_model_updated(self, line: Line) -> None:
        for device, loss in line["device_loss"].items():
            self.of(device).last_loss = loss
