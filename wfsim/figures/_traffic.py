"""Where the radiated bits of a run went, per round and per device, read from a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.results.rounds import PAYLOADS
from wfsim.trace.folding import Folding
from wfsim.units import BITS_PER_BYTE

PAYLOAD, HEADERS, CONTROL, LOST, REPEATED = range(5)

Parts = NDArray[np.float64]  # bits [5]: delivered payload, their headers, control messages, lost, sent again for others
Line = dict[str, Any]


@dataclass
class Traffic(Folding):
    """Folds journal lines into the parts of all bits; those after the last closed round do not count.

    A broadcast counts once per round, its parts averaged over its receivers; per device it counts at each receiver.
    """

    header_bytes: int
    title: str = ""
    rounds: list[dict[str, Parts]] = field(default_factory=list)
    devices: dict[str, dict[str, Parts]] = field(default_factory=dict)
    _packets: dict[str, int] = field(default_factory=dict)
    _open: dict[tuple[str, str], list[tuple[str, Parts]]] = field(default_factory=dict)

    def _on_run_started(self, line: Line) -> None:
        self.title = f"{line['scenario']}, seed {line['seed']}"

    def _on_device_ready(self, line: Line) -> None:
        self.devices[line["device"]] = _nothing()

    def _on_transfer_started(self, line: Line) -> None:
        self._packets[line["transfer"]] = line["packets"]

    def _on_transfer_ended(self, line: Line) -> None:
        arrived = self._packets[line["transfer"]] - len(line["lost"])
        headers, delivered = float(arrived * self.header_bytes * BITS_PER_BYTE), line["delivered_bits"]
        whole = [delivered - headers, headers, 0.0] if line["purpose"] in PAYLOADS else [0.0, 0.0, delivered]
        parts = np.array([*whole, line["lost_bits"], line["repeated_bits"]])
        self._open.setdefault((line["direction"], line["transfer"]), []).append((line["device"], parts))

    def _on_round_closed(self, line: Line) -> None:
        row = _nothing()
        for (direction, _), receivers in self._open.items():
            row[direction] += np.mean([parts for _, parts in receivers], axis=0)
            for device, parts in receivers:
                self.devices[device][direction] += parts
        self.rounds.append(row)
        self._open.clear()


def _nothing() -> dict[str, Parts]:
    return {"up": np.zeros(5), "down": np.zeros(5)}


def read_traffic(lines: Iterable[Line], header_bytes: int) -> Traffic:
    """The traffic of a journal."""
    traffic = Traffic(header_bytes)
    for line in lines:
        traffic(line)
    return traffic
