"""One radio station at work: its devices, its air in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wfsim.downlink import DownlinkAir
from wfsim.scenario.schema import Radio
from wfsim.uplink import UplinkAir
from wfsim.world.links import LargeScale


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """A station, the radio it uses and the devices it serves, in order of name.

    `upload_bits` counts an update's packets on this air, headers included (an assumed update's where values decide).
    """

    station: str
    radio: Radio
    devices: tuple[str, ...]
    links: LargeScale
    up: UplinkAir
    down: DownlinkAir
    upload_bits: float

    def __len__(self) -> int:
        return len(self.devices)


def by_cell(home: Mapping[str, Cell], devices: Iterable[str]) -> dict[str, tuple[Cell, Sequence[str]]]:
    """These devices under the names of their stations, both in the order in which they come."""
    groups: dict[str, tuple[Cell, list[str]]] = {}
    for device in devices:
        cell = home[device]
        groups.setdefault(cell.station, (cell, []))[1].append(device)
    return dict(groups)
