"""The cells of a run that one process simulates, where they go their own ways within a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wfsim import trace
from wfsim.errors import RunError
from wfsim.world.cell_world import CellWorld

Known = tuple[float, float | None, int]


@dataclass(frozen=True, kw_only=True)
class Order:
    """Devices to send to work, by the number of their cell, with a version at `start_s`."""

    round: int
    wave: int | str
    start_s: float
    version: int
    names: Mapping[int, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Who is done, cell by cell in order of ending: columns, for devices may be 1e5.

    `landed` holds what arrived of an upload (a mask over fragments, as bytes) and its coverage; None where nothing was
    sent. `known` is what the ledger knows now: energy in J, the length of the last turn in s, updates held back. A cell
    in which nothing can happen any more says so in `stuck`.
    """

    devices: list[str] = field(default_factory=list)
    finished_s: list[float] = field(default_factory=list)
    landed: list[tuple[bytes, float] | None] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    stuck: dict[int, str] = field(default_factory=dict)


class Shard:
    """Simulates its cells one after the other: what each touches stays in the processor's caches."""

    def __init__(self, worlds: Mapping[int, CellWorld]) -> None:
        self._worlds = worlds

    def work(self, order: Order) -> Report:
        """One round of every cell that has devices in it."""
        report = Report()
        for number, names in order.names.items():
            world = self._worlds[number]
            world.begin(order.round, order.wave, order.start_s, order.version, names)
            try:
                world.finish()
            except RunError as error:
                report.stuck[number] = str(error)
            _tell(report, world)
        return report

    def pages(self, until_s: float) -> list[trace.Leaves]:
        """It is that time: what the cells have written until then."""
        for world in self._worlds.values():
            world.env.advance(until_s)
        return [world.journal.take(until_s) for world in self._worlds.values()]

    def events(self) -> int:
        """How many events there have been."""
        return sum(world.env.events() for world in self._worlds.values())

    def last_pages(self) -> list[trace.Leaves]:
        """All that the cells have written."""
        return [world.journal.take(float("inf")) for world in self._worlds.values()]


def _tell(report: Report, world: CellWorld) -> None:
    floor = world.floor
    landed = {upload.turn.device: (upload.arrived.tobytes(), upload.coverage) for upload in floor.waiting}
    floor.lose()
    for device, finished_s in floor.finished_s.items():
        history = world.ledger.of(device)
        report.devices.append(device)
        report.finished_s.append(finished_s)
        report.landed.append(landed.get(device))
        report.known.append((history.energy_j, history.last_turn_s, history.held))
