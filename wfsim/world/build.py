"""From a scenario to a world at t = 0: with `cells.py` the only place that wires parts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wfsim import trace
from wfsim.control import Setting
from wfsim.errors import RunError, ScenarioError, nearest
from wfsim.learning.engine import Engine
from wfsim.learning.families import TextInput
from wfsim.learning.memory import require_memory, training_memory
from wfsim.learning.runner import Runner
from wfsim.learning.start import version_zero
from wfsim.learning.workload import Workload, build_workload
from wfsim.messages import Plan
from wfsim.rng import Streams
from wfsim.scenario.identity import code_digest
from wfsim.scenario.schema import Scenario
from wfsim.topology.layout import layout_of
from wfsim.wired.network import FixedNetwork
from wfsim.world.apart import runs_apart
from wfsim.world.cell import Cell
from wfsim.world.cell_world import cell_world
from wfsim.world.cells import Bench, build_cells
from wfsim.world.clock import Clock
from wfsim.world.edges import edges_of
from wfsim.world.encoder import Wire
from wfsim.world.failures import watch
from wfsim.world.federation import Federation, TimingOnly
from wfsim.world.floor import Floor
from wfsim.world.learned import Learned
from wfsim.world.ledger import Ledger
from wfsim.world.links import draw_links
from wfsim.world.memory import Memory
from wfsim.world.outbox import Outbox
from wfsim.world.shards import Shards
from wfsim.world.world import World


def build_world(scenario: Scenario, journal: trace.Journal, memory: Memory | None = None, processes: int = 1) -> World:
    """Draw everything that is drawn once, wire it, and write the first records. Nothing is remembered by default.

    Cells that run apart are shared out to at most so many `processes`, which changes no result.
    """
    env, streams, devices = Clock(0.0), Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    wire = wire_of(scenario, workload)
    layout = layout_of(scenario.topology.graph(streams))
    _check_names(scenario, devices)
    _check_memory(scenario, workload)
    _check_aggregation(scenario, workload)
    update = expected_plan(scenario, wire).fragment_bytes
    fixed = FixedNetwork(
        env,
        graph=layout.fixed,
        outages=layout.outages,
        streams=streams,
        journal=journal,
        start_s=scenario.start_s,
    )
    benches = [Bench(env, streams, journal)] * len(layout.stations)
    if is_apart := runs_apart(scenario, layout):
        benches = [Bench(Clock(0.0), streams, trace.Pages(part)) for part in range(len(layout.stations))]
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
    _write_beginning(world)
    if is_apart:
        world.journal = backlog = trace.Backlog(journal)
        worlds = [cell_world(world, layout, cell, bench) for cell, bench in zip(cells, benches, strict=True)]
        world.shards = Shards(worlds, backlog, min(processes, len(worlds)))
    world.journal.listen(world.ledger)
    world.edges = edges_of(world, layout)
    for each in world.edges or (world,):
        watch(each)
    fixed.watch()
    return world


def check_scenario(scenario: Scenario) -> None:
    """Build what may refuse a scenario: data, shapes, codecs, control, links. Raises ScenarioError or RunError."""
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    expected_plan(scenario, wire_of(scenario, workload))
    _check_aggregation(scenario, workload)
    download_plan(scenario, workload)
    if scenario.hierarchy.edge_rounds:
        edge_plan(scenario, workload)
    check_control(scenario, workload)
    _check_names(scenario, devices)
    _check_memory(scenario, workload)
    layout = layout_of(scenario.topology.graph(streams))
    for station in layout.stations:
        draw_links(scenario.radio_of(station.radio), streams, station, scenario.topology.mobility)


def _check_names(scenario: Scenario, devices: Sequence[str]) -> None:
    """Devices that measured files and lists name must be there."""
    scenario.devices.availability.check(devices)
    for radio in (scenario.radio, *scenario.radios.values()):
        radio.measured.check(devices)
    known = set(devices)
    for name in scenario.devices.failing or ():
        if name not in known:
            raise ScenarioError(f"no device called {name!r}{nearest(name, devices)}", path="devices.failing")


def _check_memory(scenario: Scenario, workload: Workload) -> None:
    """Training must fit every device."""
    if (room := scenario.devices.compute.memory_bytes) is not None:
        require_memory(training_memory(workload.settings, workload.encoder, workload.shapes), room)


def _check_aggregation(scenario: Scenario, workload: Workload) -> None:
    """The rule must suit what is sent."""
    scenario.aggregator.begin(workload.shapes)
    if scenario.aggregator.moves_base:
        if not workload.shapes.pairs:
            message = f"{scenario.aggregator.kind} moves the base by LoRA products, and learning.adapter has no pairs"
            raise ScenarioError(message, path="aggregator")
        usual_download(scenario, workload)
    if workload.shapes.factors == "alternate" and scenario.aggregator.restarts:
        message = f"{scenario.aggregator.kind} begins every version with B = 0, where A has no gradient to alternate"
        raise ScenarioError(message, path="learning.adapter.factors")
    if workload.shapes.factors == "alternate" and scenario.hierarchy.edge_rounds:
        message = "alternate follows the versions of one server; edges that average have versions of their own"
        raise ScenarioError(message, path="learning.adapter.factors")


def wire_of(scenario: Scenario, workload: Workload) -> Wire:
    """How this scenario's updates are encoded."""
    return Wire(
        codec=scenario.codec,
        shapes=workload.shapes,
        max_fragment_bytes=_max_fragment_bytes(scenario),
        streams=Streams(scenario.seed),
        sends_factors=scenario.learning.adapter.send == "factors",
    )


def _max_fragment_bytes(scenario: Scenario) -> int:
    """A fragment fills at most one packet on every air that it may cross."""
    return min(radio.packets.max_fragment_bytes for radio in (scenario.radio, *scenario.radios.values()))


def check_control(scenario: Scenario, workload: Workload) -> Setting:
    """What the controller knows of this scenario. Raises ScenarioError where it cannot work with it."""
    steps = {device: workload.steps(device) for device in scenario.topology.device_names()}
    setting = Setting(rank=workload.shapes.rank, steps=steps, band_hz=scenario.radio.bandwidth_hz)
    if scenario.controller.grants_ranks and not workload.shapes.pairs:
        message = f"{scenario.controller.kind} chooses ranks, and without LoRA pairs (learning.adapter) there are none"
        raise ScenarioError(message, path="controller")
    scenario.controller.begin(setting)
    if scenario.controller.reads_scores and wire_of(scenario, workload).plan(1) is None:
        message = f"controller {scenario.controller.kind} must know sizes beforehand; give codec soft scope: matrix"
        raise ScenarioError(message, path="codec")
    return setting


def expected_plan(scenario: Scenario, wire: Wire) -> Plan:
    """Sizes of an update as the codec is set; those of an assumed update where values decide."""
    try:
        plan = wire.plan(None)
        return plan or wire.assumed(scenario.learning.assumed_spectrum, scenario.topology.device_names()[0], 0, None)
    except (ValueError, RunError) as error:
        raise ScenarioError(str(error), path="codec") from None


def download_plan(scenario: Scenario, workload: Workload) -> Plan:
    """Sizes of the global adapter. Raises ScenarioError for a codec that sends it in part or in unknown sizes."""
    codec = scenario.radio.downlink.codec
    plan = codec.plan(workload.shapes, _max_fragment_bytes(scenario))
    if plan is None or codec.has_memory:
        reason = "remembers" if codec.has_memory else "has sizes that depend on values"
        raise ScenarioError(f"codec {codec.kind} {reason}, which no download supports", path="radio.downlink.codec")
    if sum(plan.fragment_entries) != workload.shapes.trained.sum():
        message = f"codec {codec.kind} leaves entries out, which devices would take for zeros"
        raise ScenarioError(message, path="radio.downlink.codec")
    return plan


def usual_download(scenario: Scenario, workload: Workload) -> Plan:
    """Sizes of a version after a round in which every device took part; larger than version 0 where the base moves."""
    if not scenario.aggregator.moves_base:
        return download_plan(scenario, workload)
    try:
        return _outbox(scenario, wire_of(scenario, workload)).usual(len(scenario.topology.device_names()))
    except ValueError as error:
        raise ScenarioError(str(error), path="radio.downlink.codec") from None


def edge_plan(scenario: Scenario, workload: Workload) -> Plan:
    """Sizes of an edge's update. Raises ScenarioError for a codec whose sizes depend on values."""
    codec = scenario.hierarchy.codec
    plan = codec.plan(workload.shapes, _max_fragment_bytes(scenario))
    if plan is None:
        message = f"codec {codec.kind} has sizes that depend on values, which no edge supports"
        raise ScenarioError(message, path="hierarchy.codec")
    return plan


def _federation(scenario: Scenario, workload: Workload, wire: Wire, memory: Memory) -> Federation:
    if scenario.learning.kind == "none":
        return TimingOnly(wire=wire, spectrum=scenario.learning.assumed_spectrum, outbox=_outbox(scenario, wire))
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


def _outbox(scenario: Scenario, wire: Wire) -> Outbox:
    return Outbox(
        aggregator=scenario.aggregator,
        codec=scenario.radio.downlink.codec,
        shapes=wire.shapes,
        max_fragment_bytes=wire.max_fragment_bytes,
    )


def _by_device(devices: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return dict(zip(devices, values.tolist(), strict=True))


def _mean_snr_db(cells: Sequence[Cell]) -> dict[str, float]:
    return {
        name: snr_db
        for cell in cells
        for name, snr_db in _by_device(cell.devices, cell.links.mean_snr_db(cell.radio)).items()
    }


def _write_beginning(world: World) -> None:
    scenario, shapes = world.scenario, world.workload.shapes
    world.write(
        trace.RunStarted(
            t_s=0.0,
            format=trace.FORMAT,
            scenario=scenario.name,
            seed=scenario.seed,
            devices=len(world.devices),
            rank=shapes.rank,
            entries=shapes.entries,
            update_bits=None if (plan := world.wire.plan(None)) is None else plan.size_bits,
            download_bits=world.download_plan.size_bits,
        )
    )
    _write_language_task(world)
    for device in world.devices:
        cell = world.home[device]
        _write_device(world, cell, cell.up.links[device])


def _write_language_task(world: World) -> None:
    workload = world.workload
    form, dataset = workload.encoder.input, workload.dataset
    if world.scenario.learning.kind == "none" or not workload.encoder.is_decoder or not isinstance(form, TextInput):
        return
    world.write(
        trace.LanguageTask(
            t_s=0.0,
            vocabulary=form.vocabulary,
            max_tokens=form.max_tokens,
            train_texts=len(dataset.train_labels),
            test_texts=len(dataset.test_labels),
        )
    )


def _write_device(world: World, cell: Cell, number: int) -> None:
    device, links = cell.devices[number], cell.links
    speed = world.flops_per_s[device]
    world.write(
        trace.LinkPlaced(
            t_s=0.0,
            device=device,
            station=cell.station,
            distance_m=float(links.distance_m[number]),
            los=None if links.los is None else bool(links.los[number]),
            path_loss_db=float(links.path_loss_db[number]),
            shadowing_db=float(links.shadowing_db[number]),
            mean_snr_db=world.mean_snr_db[device],
        )
    )
    finite = speed if math.isfinite(speed) else None
    world.write(trace.DeviceReady(t_s=0.0, device=device, flops_per_s=finite, samples=world.workload.examples(device)))
