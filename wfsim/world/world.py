"""The one mutable thing: everything a run's processes share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import simpy

from wfsim import trace
from wfsim.downlink import DownlinkAir
from wfsim.learning.workload import Workload
from wfsim.messages import Plan
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.uplink import UplinkAir
from wfsim.world.federation import Federation


@dataclass(kw_only=True, eq=False)
class World:
    """Wiring and state of one run. `mean_snr_db` and `flops_per_s` are by device."""

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
    update_plan: Plan
    download_plan: Plan

    def write(self, record: trace.Record) -> None:
        """Append a record to the journal."""
        self.journal.write(record)
