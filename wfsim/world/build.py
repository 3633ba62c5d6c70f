"""The only file that wires parts: from a scenario to a world at t = 0."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import simpy

from wfsim import trace
from wfsim.control import Setting
from wfsim.downlink import DownlinkAir
from wfsim.errors import RunError, ScenarioError
from wfsim.learning.engine import Engine
from wfsim.learning.runner import Runner
from wfsim.learning.start import first_adapter
from wfsim.learning.workload import Workload, build_workload
from wfsim.messages import Plan
from wfsim.radio.band import Band
from wfsim.radio.channel import Channel
from wfsim.radio.engines import ENGINES, PacketEngine
from wfsim.radio.records import AirRecords
from wfsim.rng import Streams
from wfsim.scenario.identity import code_digest
from wfsim.scenario.schema import Scenario
from wfsim.units import dbm_to_watt
from wfsim.uplink import UplinkAir
from wfsim.world.encoder import Wire
from wfsim.world.federation import Federation, TimingOnly
from wfsim.world.floor import Floor
from wfsim.world.learned import Learned
from wfsim.world.ledger import Ledger
from wfsim.world.links import LargeScale, draw_links
from wfsim.world.memory import Memory
from wfsim.world.world import World


def build_world(scenario: Scenario, journal: trace.Journal, memory: Memory | None = None) -> World:
    """Draw everything that is drawn once, wire it, and write the first records. Nothing is remembered by default."""
    env, streams, devices = simpy.Environment(0.0), Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    links = draw_links(scenario.radio, streams, scenario.topology.graph(streams), devices)
    up, down = _air(scenario, env, streams, journal, links, devices)
    wire = wire_of(scenario, workload)
    setting = check_control(scenario, workload)
    world = World(
        scenario=scenario,
        env=env,
        streams=streams,
        journal=journal,
        workload=workload,
        up=up,
        down=down,
        devices=devices,
        federation=_federation(scenario, workload, wire, memory or Memory()),
        mean_snr_db=_by_device(devices, links.mean_snr_db(scenario.radio)),
        flops_per_s=_by_device(devices, scenario.devices.compute.speeds_flops_per_s(streams, devices)),
        wire=wire,
        upload_bits=float(up.packets.packet_bits(expected_plan(scenario, wire).fragment_bytes).sum()),
        download_plan=download_plan(scenario, workload),
        floor=Floor(env=env),
        ledger=Ledger(),
        setting=setting,
        control_state=scenario.controller.begin(setting),
    )
    journal.listen(world.ledger)
    _write_beginning(world, links)
    return world


def check_scenario(scenario: Scenario) -> None:
    """Build what may refuse a scenario: data, shapes, codecs, control, links. Raises ScenarioError or RunError."""
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    expected_plan(scenario, wire_of(scenario, workload))
    download_plan(scenario, workload)
    check_control(scenario, workload)
    draw_links(scenario.radio, streams, scenario.topology.graph(streams), devices)


def wire_of(scenario: Scenario, workload: Workload) -> Wire:
    """How this scenario's updates are encoded."""
    return Wire(
        codec=scenario.codec,
        shapes=workload.shapes,
        max_fragment_bytes=scenario.radio.packets.max_fragment_bytes,
        streams=Streams(scenario.seed),
    )


def check_control(scenario: Scenario, workload: Workload) -> Setting:
    """What the controller knows of this scenario. Raises ScenarioError where it cannot work with it."""
    steps = {device: workload.steps(device) for device in scenario.topology.device_names()}
    setting = Setting(rank=workload.shapes.rank, steps=steps, band_hz=scenario.radio.bandwidth_hz)
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
    plan = codec.plan(workload.shapes, scenario.radio.packets.max_fragment_bytes)
    if plan is None or codec.has_memory:
        reason = "remembers" if codec.has_memory else "has sizes that depend on values"
        raise ScenarioError(f"codec {codec.kind} {reason}, which no download supports", path="radio.downlink.codec")
    if sum(plan.fragment_entries) != workload.shapes.trained.sum():
        message = f"codec {codec.kind} leaves entries out, which devices would take for zeros"
        raise ScenarioError(message, path="radio.downlink.codec")
    return plan


def _air(
    scenario: Scenario,
    env: simpy.Environment,
    streams: Streams,
    journal: trace.Journal,
    links: LargeScale,
    devices: tuple[str, ...],
) -> tuple[UplinkAir, DownlinkAir]:
    radio, energy = scenario.radio, scenario.devices.energy
    channel = partial(Channel, devices, paths=radio.fading.realise(streams, devices), link=radio.link)
    medium = partial(_medium, scenario, env, streams, journal)
    device_w = float(dbm_to_watt(radio.uplink_power_dbm))
    up = channel(snr_hz=links.snr_hz(radio.uplink_power_dbm, radio))
    down = channel(snr_hz=links.snr_hz(radio.downlink_power_dbm, radio), power_band_hz=radio.bandwidth_hz)
    sending, receiving = medium("up", up, partial(energy.transmit_j, device_w)), medium("down", down, energy.receive_j)
    index = {device: number for number, device in enumerate(devices)}
    return (
        UplinkAir(env=env, medium=sending, packets=radio.packets, transport=radio.transport, links=index),
        DownlinkAir(env=env, medium=receiving, packets=radio.packets, links=index),
    )


def _medium(
    scenario: Scenario,
    env: simpy.Environment,
    streams: Streams,
    journal: trace.Journal,
    direction: str,
    channel: Channel,
    energy_j: Callable[[float], float],
) -> PacketEngine:
    radio = scenario.radio
    return ENGINES[radio.packets.engine](
        env,
        band=Band(
            band_hz=radio.bandwidth_hz,
            access=radio.access,
            background=radio.background.realise(streams, direction, scenario.start_s),
        ),
        channel=channel,
        streams=streams,
        records=AirRecords(
            env=env,
            journal=journal,
            direction=direction,
            channel=channel,
            energy_j=energy_j,
            trace_gains=scenario.trace.channel,
        ),
    )


def _federation(scenario: Scenario, workload: Workload, wire: Wire, memory: Memory) -> Federation:
    if scenario.learning.kind == "none":
        return TimingOnly(wire=wire, spectrum=scenario.learning.assumed_spectrum)
    runner = Runner(workload, memory.work, code_digest(scenario.parts))
    live = Learned(
        workload=workload,
        wire=wire,
        engine=Engine(runner.compute, scenario.learning.engine.chunk_jobs),
        try_out=runner.evaluate,
        aggregator=scenario.aggregator,
        download_codec=scenario.radio.downlink.codec,
        current=first_adapter(scenario.learning.adapter, workload.shapes, wire.streams),
        measures_structure=scenario.trace.updates,
    )
    return memory.federation(live)


def _by_device(devices: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return dict(zip(devices, values.tolist(), strict=True))


def _write_beginning(world: World, links: LargeScale) -> None:
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
    for number in range(len(world.devices)):
        _write_device(world, links, number)


def _write_device(world: World, links: LargeScale, number: int) -> None:
    device = world.devices[number]
    speed = world.flops_per_s[device]
    world.write(
        trace.LinkPlaced(
            t_s=0.0,
            device=device,
            distance_m=float(links.distance_m[number]),
            path_loss_db=float(links.path_loss_db[number]),
            shadowing_db=float(links.shadowing_db[number]),
            mean_snr_db=world.mean_snr_db[device],
        )
    )
    finite = speed if math.isfinite(speed) else None
    world.write(trace.DeviceReady(t_s=0.0, device=device, flops_per_s=finite, samples=world.workload.examples(device)))
