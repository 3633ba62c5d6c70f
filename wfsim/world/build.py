"""From a scenario to a world at t = 0: with `cells.py` and `cell_world.py` the only place that wires parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wfsim import trace
from wfsim.learning.engine import Engine
from wfsim.learning.runner import Runner
from wfsim.learning.start import version_zero
from wfsim.learning.workload import Workload, build_workload
from wfsim.rng import Streams
from wfsim.scenario.identity import code_digest
from wfsim.scenario.schema import Scenario
from wfsim.topology.layout import Layout, layout_of
from wfsim.wired.network import FixedNetwork
from wfsim.world.apart import runs_apart
from wfsim.world.beginning import write_beginning
from wfsim.world.cell import Cell
from wfsim.world.cell_world import cell_world
from wfsim.world.cells import Bench, build_cells
from wfsim.world.checks import check_aggregation, check_control, check_memory, check_names
from wfsim.world.clock import Clock
from wfsim.world.edges import edges_of
from wfsim.world.encoder import Wire
from wfsim.world.failures import watch
from wfsim.world.federation import Federation, TimingOnly
from wfsim.world.floor import Floor
from wfsim.world.learned import Learned
from wfsim.world.ledger import Ledger
from wfsim.world.memory import Memory
from wfsim.world.shards import Shards
from wfsim.world.sizes import download_plan, edge_plan, expected_plan, outbox_of, wire_of
from wfsim.world.world import World


def build_world(scenario: Scenario, journal: trace.Journal, memory: Memory | None = None, processes: int = 1) -> World:
    """Draw everything that is drawn once, wire it, and write the first records. Nothing is remembered by default.

    Cells that run apart are shared out to at most so many `processes`, which changes no result.
    """
    env, streams, devices = Clock(0.0), Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    wire = wire_of(scenario, workload)
    layout = layout_of(scenario.topology.graph(streams))
    check_names(scenario, devices)
    check_memory(scenario, workload)
    check_aggregation(scenario, workload)
    update = expected_plan(scenario, wire).fragment_bytes
    fixed = FixedNetwork(
        env,
        graph=layout.fixed,
        outages=layout.outages,
        streams=streams,
        journal=journal,
        start_s=scenario.start_s,
    )
    is_apart, stations = runs_apart(scenario, layout), len(layout.stations)
    benches = _benches_apart(streams, stations) if is_apart else [Bench(env, streams, journal)] * stations
    cells = build_cells(scenario, layout, streams, benches, update)
    home = {device: cell for cell in cells for device in cell.devices}
    setting = check_control(scenario, workload)
    world = World(
        scenario=scenario,
        env=env,
        streams=streams,
        journal=journal,
        workload=workload,
        cells=cells,
        home=home,
        fixed=fixed,
        server=layout.server,
        server_downtime=scenario.server.outages.realise(streams, "server", scenario.start_s),
        devices=devices,
        availability=scenario.devices.availability.starting(scenario.start_s),
        federation=_federation(scenario, workload, wire, memory or Memory()),
        mean_snr_db=_mean_snr_db(cells),
        flops_per_s=_by_device(devices, scenario.devices.compute.speeds_flops_per_s(streams, devices)),
        wire=wire,
        download_plan=download_plan(scenario, workload),
        edge_plan=edge_plan(scenario, workload) if scenario.hierarchy.edge_rounds else None,
        floor=Floor(env=env, station_of=lambda device: home[device].station),
        ledger=Ledger(),
        setting=setting,
        control_state=scenario.controller.begin(setting),
    )
    write_beginning(world)
    if is_apart:
        _set_apart(world, layout, benches, processes)
    world.journal.listen(world.ledger)
    world.edges = edges_of(world, layout)
    for each in world.edges or (world,):
        watch(each)
    fixed.watch()
    return world


def _benches_apart(streams: Streams, stations: int) -> list[Bench]:
    """A clock and pages for every cell."""
    return [Bench(Clock(0.0), streams, trace.Pages(part)) for part in range(stations)]


def _set_apart(world: World, layout: Layout, benches: Sequence[Bench], processes: int) -> None:
    """From now on every cell goes its own way within a round."""
    worlds = [cell_world(world, layout, cell, bench) for cell, bench in zip(world.cells, benches, strict=True)]
    world.journal = backlog = trace.Backlog(world.journal)
    world.shards = Shards(worlds, backlog, min(processes, len(worlds)))


def _federation(scenario: Scenario, workload: Workload, wire: Wire, memory: Memory) -> Federation:
    if scenario.learning.kind == "none":
        return TimingOnly(wire=wire, spectrum=scenario.learning.assumed_spectrum, outbox=outbox_of(scenario, wire))
    runner = Runner(workload, memory.work, code_digest(scenario.parts))
    live = Learned(
        workload=workload,
        wire=wire,
        engine=Engine(runner.compute, scenario.learning.engine.chunk_jobs),
        try_out=runner.evaluate,
        aggregator=scenario.aggregator,
        download_codec=scenario.radio.downlink.codec,
        edge_codec=scenario.hierarchy.codec,
        current=version_zero(workload, wire.streams),
        measures_structure=scenario.trace.updates,
    )
    return memory.federation(live)


def _by_device(devices: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return dict(zip(devices, values.tolist(), strict=True))


def _mean_snr_db(cells: Sequence[Cell]) -> dict[str, float]:
    return {
        name: snr_db
        for cell in cells
        for name, snr_db in _by_device(cell.devices, cell.links.mean_snr_db(cell.radio)).items()
    }
