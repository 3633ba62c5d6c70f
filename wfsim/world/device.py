"""What a device does in its turn: download, train, ask, upload."""

from __future__ import annotations

from collections.abc import Generator

import simpy

from wfsim import trace
from wfsim.messages import Assignment, Delivery, Grant, Plan
from wfsim.world.desk import Desk
from wfsim.world.floor import Worker
from wfsim.world.messaging import send_acknowledgement
from wfsim.world.passage import carry_up, nothing
from wfsim.world.turn import Turn, Upload
from wfsim.world.world import World

Process = Generator[simpy.Event, object, Upload | None]


def take_part(world: World, worker: Worker, desk: Desk, download: simpy.Event) -> Process:
    """One device's turn. Ends with its upload, or None if it held it back or was stopped before it began to send."""
    assignment = worker.assignment
    turn = yield from _train(world, worker, download)
    if turn is None:
        desk.withdraw(assignment.device)
        return None
    grant = yield from desk.ask(assignment, turn)
    if grant is None:
        desk.withdraw(assignment.device)
        return _stopped(world, worker, turn, "request")
    return (yield from _send(world, worker, turn, grant))


def _train(world: World, worker: Worker, download: simpy.Event) -> Generator[simpy.Event, object, Turn | None]:
    assignment = worker.assignment
    try:
        yield download
    except simpy.Interrupt:
        # Unless the device itself failed, the server has cut the download by now: what had arrived of it is the newest
        # value that the device holds.
        keeps = worker.fate != "crash" or world.scenario.devices.keeps_state
        if download.triggered and keeps:
            _receive(world, assignment, download.value[assignment.device])
        return _stopped(world, worker, None, "download")
    _receive(world, assignment, download.value[assignment.device])
    turn = world.federation.submit(assignment)
    try:
        yield from _compute(world, assignment)
    except simpy.Interrupt:
        return _stopped(world, worker, turn, "compute")
    return turn


def _receive(world: World, assignment: Assignment, delivery: Delivery) -> None:
    world.federation.download(assignment.device, assignment.base_version, delivery.arrived)


def _compute(world: World, assignment: Assignment) -> Generator[simpy.Event, object, None]:
    device, flops = assignment.device, _flops(world, assignment)
    generator = world.streams.passing("compute_jitter", device, assignment.round)
    duration_s = world.scenario.devices.compute.duration_s(flops, world.flops_per_s[device], generator)
    world.write(
        trace.ComputeStarted(
            t_s=world.env.now, device=device, round=assignment.round, steps=assignment.local_steps, flops=flops
        )
    )
    start_s = world.env.now
    try:
        yield world.env.timeout(duration_s)
    except simpy.Interrupt:
        spent_s = world.env.now - start_s
        # A cut computation has drawn its share of the work's energy.
        flops *= spent_s / duration_s if duration_s else 1.0
        _write_computed(world, assignment, flops, spent_s, finished=False)
        raise
    _write_computed(world, assignment, flops, duration_s, finished=True)


def _flops(world: World, assignment: Assignment) -> float:
    return world.workload.flops(
        assignment.device,
        steps=assignment.local_steps,
        rank=assignment.rank,
        version=assignment.base_version,
        truncated=world.scenario.aggregator.truncates,
    )


def _write_computed(world: World, assignment: Assignment, flops: float, spent_s: float, *, finished: bool) -> None:
    """So many operations took so long."""
    speed = world.flops_per_s[assignment.device]
    energy_j = world.scenario.devices.energy.compute_j(flops, speed, spent_s)
    world.write(
        trace.ComputeEnded(
            t_s=world.env.now,
            device=assignment.device,
            round=assignment.round,
            compute_s=spent_s,
            energy_j=energy_j,
            finished=finished,
        )
    )


def _send(world: World, worker: Worker, turn: Turn, grant: Grant) -> Process:
    if not grant.send:
        return _hold(world, turn)
    plan = _prepare(world, turn, grant)
    delivery = yield from _carry(world, worker, plan, grant)
    if worker.is_lost or (worker.fate is not None and world.scenario.protocol.continuous):
        return _stopped(world, worker, turn, "upload")
    return _landed(world, worker.assignment, turn, plan, delivery)


def _carry(world: World, worker: Worker, plan: Plan, grant: Grant) -> Generator[simpy.Event, object, Delivery]:
    """Over the air and the fixed network; what is stopped before it has left the station has not arrived."""
    cell, name = world.home[grant.device], f"up/{worker.assignment.label}"
    delivery = yield from world.scenario.uplink.send(cell.up, name, plan, grant)
    if cell.station == world.server:
        return delivery
    if worker.fate is not None:
        return nothing(world, name, plan.fragment_bytes)
    bits = cell.up.packets.packet_bits(plan.fragment_bytes)
    return (yield from carry_up(world, cell, delivery, bits, "update", cell.radio.transport))


def _hold(world: World, turn: Turn) -> None:
    world.federation.hold(turn)
    world.write(trace.UpdateHeld(t_s=world.env.now, device=turn.device, round=turn.round))


def _prepare(world: World, turn: Turn, grant: Grant) -> Plan:
    plan = world.federation.prepare(turn, grant.keep)
    if world.wire.plan(grant.keep, turn.base_version) is None:
        world.write(
            trace.UpdateEncoded(
                t_s=world.env.now,
                device=turn.device,
                round=turn.round,
                fragment_bytes=list(plan.fragment_bytes),
                fragment_entries=list(plan.fragment_entries),
            )
        )
    return plan


def _landed(world: World, assignment: Assignment, turn: Turn, plan: Plan, delivery: Delivery) -> Upload:
    world.federation.land(turn, delivery.arrived)
    if world.scenario.codec.acknowledged:
        send_acknowledgement(world, assignment, len(plan.fragment_bytes))
    coverage = plan.coverage(delivery.arrived)
    world.write(
        trace.UpdateArrived(
            t_s=world.env.now,
            device=turn.device,
            round=turn.round,
            transfer=delivery.transfer,
            base_version=turn.base_version,
            coverage=coverage,
            staleness=world.federation.version - turn.base_version,
        )
    )
    return Upload(turn=turn, t_s=world.env.now, arrived=delivery.arrived, coverage=coverage)


def _stopped(world: World, worker: Worker, turn: Turn | None, phase: str) -> None:
    if turn is not None:
        world.federation.drop(turn)
    assignment = worker.assignment
    world.write(
        trace.DeviceLate(
            t_s=world.env.now,
            device=assignment.device,
            round=assignment.round,
            phase=phase,
            fate=worker.fate or "abandon",
        )
    )
