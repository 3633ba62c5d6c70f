"""What a device does in a round: download, train, ask, upload."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import simpy

from wfsim import trace
from wfsim.learning.engine import Ticket
from wfsim.messages import Assignment, Candidate, Delivery, Request
from wfsim.world.federation import Upload
from wfsim.world.world import World

Process = Generator[simpy.Event, object, Upload | None]


def take_part(world: World, assignment: Assignment, cohort: Sequence[Candidate], download: simpy.Event) -> Process:
    """One device's round. Ends with its upload, or None if the round closed before it began to send."""
    try:
        yield download
    except simpy.Interrupt:
        # The server has cut the download by now; what had arrived of it is the newest value the device holds.
        world.federation.download(assignment.device, download.value[assignment.device].arrived)
        return _late(world, assignment, "download")
    ticket = _receive(world, assignment, download.value[assignment.device])
    try:
        yield from _compute(world, assignment)
    except simpy.Interrupt:
        world.federation.drop(ticket)
        return _late(world, assignment, "compute")
    grant = world.scenario.controller.grant(_request(world, assignment), cohort)
    delivery = yield from world.scenario.uplink.send(world.up, assignment.round, world.update_plan, grant)
    upload = _upload(world, assignment, ticket, delivery)
    if not delivery.arrived.any():
        world.federation.drop(ticket)
    return upload


def _receive(world: World, assignment: Assignment, delivery: Delivery) -> Ticket | None:
    world.federation.download(assignment.device, delivery.arrived)
    return world.federation.submit(assignment.device, assignment.round)


def _compute(world: World, assignment: Assignment) -> Generator[simpy.Event, object, None]:
    device, flops = assignment.device, world.workload.flops(assignment.device)
    generator = world.streams.generator("compute_jitter", device, assignment.round)
    duration_s = world.scenario.devices.compute.duration_s(flops, world.flops_per_s[device], generator)
    world.write(
        trace.ComputeStarted(
            t_s=world.env.now, device=device, round=assignment.round, steps=world.workload.steps(device), flops=flops
        )
    )
    start_s = world.env.now
    try:
        yield world.env.timeout(duration_s)
    except simpy.Interrupt:
        _write_computed(world, assignment, duration_s, spent_s=world.env.now - start_s, finished=False)
        raise
    _write_computed(world, assignment, duration_s, spent_s=duration_s, finished=True)


def _write_computed(world: World, assignment: Assignment, duration_s: float, *, spent_s: float, finished: bool) -> None:
    """A cut computation has drawn its share of the work's energy."""
    share = spent_s / duration_s if duration_s else 1.0
    speed, flops = world.flops_per_s[assignment.device], world.workload.flops(assignment.device)
    energy_j = world.scenario.devices.energy.compute_j(flops * share, speed, spent_s)
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


def _request(world: World, assignment: Assignment) -> Request:
    return Request(device=assignment.device, round=assignment.round, snr_db=world.mean_snr_db[assignment.device])


def _upload(world: World, assignment: Assignment, ticket: Ticket | None, delivery: Delivery) -> Upload:
    entries = sum(n for n, came in zip(world.update_plan.fragment_entries, delivery.arrived, strict=True) if came)
    coverage = entries / sum(world.update_plan.fragment_entries)
    world.write(
        trace.UpdateArrived(
            t_s=world.env.now,
            device=assignment.device,
            round=assignment.round,
            transfer=delivery.transfer,
            base_version=assignment.base_version,
            coverage=coverage,
            staleness=world.federation.version - assignment.base_version,
        )
    )
    return Upload(
        device=assignment.device,
        base_version=assignment.base_version,
        ticket=ticket,
        arrived=delivery.arrived,
        coverage=coverage,
    )


def _late(world: World, assignment: Assignment, phase: str) -> None:
    world.write(trace.DeviceLate(t_s=world.env.now, device=assignment.device, round=assignment.round, phase=phase))
