"""The only file that wires parts: from a scenario to a world at t = 0."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import simpy

from wfsim import trace
from wfsim.compress import Codec
from wfsim.downlink import DownlinkAir
from wfsim.errors import ScenarioError
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
from wfsim.world.federation import Federation, Learned, TimingOnly
from wfsim.world.links import LargeScale, draw_links
from wfsim.world.memory import Memory
from wfsim.world.world import World


def build_world(scenario: Scenario, journal: trace.Journal, memory: Memory | None = None) -> World:
    """Draw everything that is drawn once, wire it, and write the first records. Nothing is remembered by default."""
    env, streams, devices = simpy.Environment(0.0), Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    links = draw_links(scenario.radio, streams, scenario.topology.graph(streams), devices)
    up, down = _air(scenario, env, streams, journal, links, devices)
    world = World(
        scenario=scenario,
        env=env,
        streams=streams,
        journal=journal,
        workload=workload,
        up=up,
        down=down,
        devices=devices,
        federation=_federation(scenario, workload, streams, memory or Memory()),
        mean_snr_db=_by_device(devices, links.mean_snr_db(scenario.radio)),
        flops_per_s=_by_device(devices, scenario.devices.compute.speeds_flops_per_s(streams, devices)),
        update_plan=plan_of(scenario.codec, scenario, workload, "codec"),
        download_plan=plan_of(scenario.radio.downlink.codec, scenario, workload, "radio.downlink.codec"),
    )
    _write_beginning(world, links)
    return world


def check_scenario(scenario: Scenario) -> None:
    """Build what may refuse a scenario (data, shards, shapes, codec plans, links). Raises ScenarioError or RunError."""
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    plan_of(scenario.codec, scenario, workload, "codec")
    plan_of(scenario.radio.downlink.codec, scenario, workload, "radio.downlink.codec")
    draw_links(scenario.radio, streams, scenario.topology.graph(streams), devices)


def plan_of(codec: Codec, scenario: Scenario, workload: Workload, path: str) -> Plan:
    """A codec's plan for this workload. Raises ScenarioError if sizes depend on values: nothing reads them early."""
    plan = codec.plan(workload.shapes, scenario.radio.packets.max_fragment_bytes)
    if plan is None:
        raise ScenarioError(
            f"codec {codec.kind} has sizes that depend on values, which no protocol here supports", path=path
        )
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
            background=radio.background.realise(streams, direction),
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


def _federation(scenario: Scenario, workload: Workload, streams: Streams, memory: Memory) -> Federation:
    if scenario.learning.kind == "none":
        return TimingOnly()
    runner = Runner(workload, memory.work, code_digest(scenario.parts))
    live = Learned(
        workload=workload,
        streams=streams,
        engine=Engine(runner.compute, scenario.learning.engine.chunk_jobs),
        try_out=runner.evaluate,
        aggregator=scenario.aggregator,
        codec=scenario.codec,
        download_codec=scenario.radio.downlink.codec,
        max_fragment_bytes=scenario.radio.packets.max_fragment_bytes,
        current=first_adapter(scenario.learning.adapter, workload.shapes, streams),
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
            update_bits=world.update_plan.size_bits,
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
