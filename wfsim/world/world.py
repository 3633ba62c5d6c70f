"""The one mutable thing: everything a run's processes share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from wfsim import trace
from wfsim.control import Setting
from wfsim.devices.availability import Availability
from wfsim.learning.workload import Workload
from wfsim.messages import Plan
from wfsim.outages import Downtime
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.wired.network import FixedNetwork
from wfsim.world.cell import Cell
from wfsim.world.clock import Clock
from wfsim.world.encoder import Wire
from wfsim.world.federation import Federation
from wfsim.world.floor import Floor
from wfsim.world.ledger import Ledger
from wfsim.world.turn import Upload

if TYPE_CHECKING:
    from wfsim.world.shards import Shards


@dataclass(kw_only=True)
class Unrest:
    """How often devices have crashed or come back: what goes on for ever, whatever else does."""

    changes: int = 0


@dataclass(kw_only=True, eq=False)
class World:
    """Wiring and state of one run. `home` gives a device's cell, `server` the node where the server stands;
    `mean_snr_db` and `flops_per_s` are by device. Where cells run apart, `shards` simulates them, and nothing else here
    is touched by what happens within a round."""

    scenario: Scenario
    env: Clock
    streams: Streams
    journal: trace.Journal
    workload: Workload
    federation: Federation
    cells: tuple[Cell, ...]
    home: Mapping[str, Cell]
    fixed: FixedNetwork
    server: str
    server_downtime: Downtime
    devices: tuple[str, ...]
    availability: Availability
    mean_snr_db: Mapping[str, float]
    flops_per_s: Mapping[str, float]
    wire: Wire
    download_plan: Plan
    edge_plan: Plan | None
    floor: Floor
    ledger: Ledger
    setting: Setting
    control_state: Any
    unrest: Unrest = field(default_factory=Unrest)
    edges: tuple[EdgeWorld, ...] = ()
    shards: Shards | None = None
    _settings: dict[str, Setting] = field(default_factory=dict)

    def write(self, record: trace.Record) -> None:
        """Append a record to the journal."""
        self.journal.write(record)

    @property
    def suffix(self) -> str:
        """Ends the names of what this server sends to several stations, so that those of several edges differ."""
        return ""

    def note(self, uploads: Sequence[Upload]) -> None:
        """A version was made of these uploads."""

    def setting_of(self, cell: Cell) -> Setting:
        """What the controller knows where the band is this cell's."""
        if cell.station not in self._settings:
            self._settings[cell.station] = replace(self.setting, band_hz=cell.radio.bandwidth_hz)
        return self._settings[cell.station]


@dataclass(kw_only=True, eq=False)
class EdgeWorld(World):
    """The world as an edge sees it: its own devices, floor, federation and controller's memory, on the same clock.

    What a server's processes write is written as the edge's; `taken` are the devices whose work is in its versions of
    this round of the cloud.
    """

    edge: str
    taken: set[str] = field(default_factory=set)

    def write(self, record: trace.Record) -> None:
        """Append a record to the journal, as one of this edge where there is such a record."""
        made = _OF_EDGES.get(type(record))
        self.journal.write(record if made is None else made(edge=self.edge, **_fields(record, made)))

    @property
    def suffix(self) -> str:
        """The edge's name."""
        return f"/{self.edge}"

    def note(self, uploads: Sequence[Upload]) -> None:
        """Remember whose work it is."""
        self.taken |= {upload.turn.device for upload in uploads if upload.brought}


_OF_EDGES: Mapping[type[trace.Record], type[trace.Record]] = {
    trace.RoundStarted: trace.EdgeRoundStarted,
    trace.RoundClosed: trace.EdgeRoundClosed,
    trace.DevicesJoined: trace.EdgeDevicesJoined,
    trace.Controlled: trace.EdgeControlled,
    trace.ModelUpdated: trace.EdgeUpdated,
}


def _fields(record: trace.Record, made: type[trace.Record]) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(made) if each.name != "edge"}
