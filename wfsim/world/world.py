"""The one mutable thing: everything a run's processes share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import simpy

from wfsim import trace
from wfsim.control import Setting
from wfsim.downlink import DownlinkAir
from wfsim.learning.workload import Workload
from wfsim.messages import Plan
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.uplink import UplinkAir
from wfsim.world.encoder import Wire
from wfsim.world.federation import Federation
from wfsim.world.floor import Floor
from wfsim.world.ledger import Ledger


@dataclass(kw_only=True, eq=False)
class World:
    """Wiring and state of one run. `mean_snr_db` and `flops_per_s` are by device; `upload_bits` counts an update's
    packets on the air, headers included (an assumed update's where values decide)."""

    scenario: Scenario
    env: simpy.Environment
    streams: Streams
    journal: trace.Journal
    workload: Workload
    federation: Federation
    up: UplinkAir
    down: DownlinkAir
    devices: tuple[str, ...]
    mean_snr_db: Mapping[str, float]
    flops_per_s: Mapping[str, float]
    wire: Wire
    upload_bits: float
    download_plan: Plan
    floor: Floor
    ledger: Ledger
    setting: Setting
    control_state: Any

    def write(self, record: trace.Record) -> None:
        """Append a record to the journal."""
        self.journal.write(record)

    def packet_bits(self, plan: Plan) -> float:
        """A payload's packets on the air, headers included, each once."""
        return float(self.up.packets.packet_bits(plan.fragment_bytes).sum())
