"""Sending devices to work, and stopping them."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import simpy

from wfsim.messages import Assignment, Candidate, Orders
from wfsim.world.candidates import candidates_among
from wfsim.world.desk import Desk
from wfsim.world.device import take_part
from wfsim.world.floor import Worker
from wfsim.world.guard import guarded
from wfsim.world.world import World


def idle(world: World) -> list[str]:
    """Devices that are available and not at work."""
    rule, now_s = world.scenario.devices.availability, world.env.now
    free = (name for name in world.devices if name not in world.floor.workers)
    return [name for name in free if rule.is_available(world.streams, name, now_s)]


def choose(world: World, wave: int, there: Sequence[str]) -> tuple[Candidate, ...]:
    """The cohort that starts now: whom the controller selects of those who are there, and those that begin again."""
    restarting, world.floor.restarting = world.floor.restarting, []
    known = {c.device: c for c in candidates_among(world, sorted({*there, *restarting}))}
    open_to = tuple(candidate for name, candidate in known.items() if name not in restarting)
    busy = len(world.floor.workers) + len(restarting)
    names = set(restarting)
    if open_to:
        names |= set(
            world.scenario.controller.select(world.streams, wave, open_to, busy=busy, state=world.control_state)
        )
    return tuple(known[name] for name in sorted(names))


def send_to_work(
    world: World, round_number: int, wave: int, cohort: Sequence[Candidate], deadline_s: float | None
) -> None:
    """Start the download and the turn of every member."""
    if not cohort:
        return
    names = [member.device for member in cohort]
    downlink = world.scenario.radio.downlink
    downloads = downlink.send(world.down, wave, names, world.download_plan)
    world.floor.downloads |= downloads
    orders = world.scenario.controller.orders(round_number, cohort, world.setting, world.control_state)
    desk = Desk(world, cohort, wave)
    if world.scenario.controller.asks:
        world.floor.desks.append(desk)
    for name in names:
        assignment = _assignment(world, name, round_number, deadline_s, orders.get(name, Orders()))
        worker = Worker(assignment=assignment, round=round_number)
        download = downloads[downlink.transfer_name(wave, name)]
        worker.process = world.env.process(guarded(world, take_part(world, worker, desk, download)))
        world.floor.enter(worker)


def _assignment(world: World, device: str, round_number: int, deadline_s: float | None, orders: Orders) -> Assignment:
    turns = world.floor.turns
    turns[device] = turns.get(device, 0) + 1
    return Assignment(
        device=device,
        round=turns[device] if world.scenario.protocol.continuous else round_number,
        base_version=world.federation.version,
        rank=orders.rank or world.workload.shapes.rank,
        local_steps=orders.local_steps or world.workload.steps(device),
        deadline_s=deadline_s,
    )


def dismiss(world: World, fate: str, *, older_than: int | None = None) -> Generator[simpy.Event, object, None]:
    """Stop everybody at work (who began with a version older than that), and wait until they have stopped."""
    floor = world.floor
    stopped = [w for w in floor.workers.values() if older_than is None or w.assignment.base_version < older_than]
    if not stopped:
        return
    for desk in floor.desks:
        desk.shut()
    floor.desks = []
    for worker in stopped:
        worker.fate = fate
        worker.stop()
    _cut_downloads(world)
    if fate == "restart":
        floor.restarting += [worker.assignment.device for worker in stopped]
    yield world.env.all_of([worker.process for worker in stopped])


def _cut_downloads(world: World) -> None:
    for name, event in world.floor.downloads.items():
        if not event.triggered:
            world.down.medium.cut(name)
    world.floor.downloads = {}
