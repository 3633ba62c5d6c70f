"""Sending devices to work, and stopping them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

import simpy

from wfsim.messages import Assignment, Candidate, Orders
from wfsim.world.candidates import candidates_among
from wfsim.world.cell import by_cell
from wfsim.world.desk import Desk
from wfsim.world.device import take_part
from wfsim.world.download import cut_downloads, send_model
from wfsim.world.floor import Worker, cause_of
from wfsim.world.guard import guarded
from wfsim.world.world import World


def idle(world: World) -> list[str]:
    """Devices that are available, have not failed and are not at work."""
    rule, now_s, down = world.availability, world.env.now, world.floor.down
    free = (name for name in world.devices if name not in world.floor.workers and name not in down)
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
    world: World, round_number: int, wave: int | str, cohort: Sequence[Candidate], deadline_s: float | None
) -> None:
    """Start the download and the turn of every member."""
    if not cohort:
        return
    names = [member.device for member in cohort]
    downloads = send_model(world, wave, names)
    orders = _orders(world, round_number, cohort)
    desk = Desk(world, cohort, wave)
    if world.scenario.controller.asks:
        world.floor.desks.append(desk)
    for name in names:
        assignment = _assignment(world, name, round_number, deadline_s, orders.get(name, Orders()))
        worker = Worker(assignment=assignment, round=round_number)
        worker.process = world.env.process(guarded(world, take_part(world, worker, desk, downloads[name])))
        world.floor.enter(worker)


def _orders(world: World, round_number: int, cohort: Sequence[Candidate]) -> Mapping[str, Orders]:
    """Every cell's band is its own, so the controller orders cell by cell."""
    known, orders = {member.device: member for member in cohort}, dict[str, Orders]()
    for cell, names in by_cell(world.home, known).values():
        here = [known[name] for name in names]
        orders |= world.scenario.controller.orders(round_number, here, world.setting_of(cell), world.control_state)
    return orders


def _assignment(world: World, device: str, round_number: int, deadline_s: float | None, orders: Orders) -> Assignment:
    turns, attempts = world.floor.turns, world.floor.attempts
    turns[device] = turns.get(device, 0) + 1
    continuous = world.scenario.protocol.continuous
    number = turns[device] if continuous else round_number
    attempts[device] += not continuous
    return Assignment(
        device=device,
        round=number,
        base_version=world.federation.version,
        rank=orders.rank or world.workload.shapes.rank,
        local_steps=orders.local_steps or world.workload.steps(device),
        deadline_s=deadline_s,
        attempt=attempts[device] or 1,
    )


def dismiss(world: World, fate: str, *, older_than: int | None = None) -> Generator[simpy.Event, object, None]:
    """Stop everybody at work (who began with a version older than that), and wait until they have stopped."""
    floor = world.floor
    if fate in ("end", "server_crash"):
        cut_downloads(world, cause_of(fate))
    stopped = [w for w in floor.workers.values() if older_than is None or w.assignment.base_version < older_than]
    if not stopped:
        if older_than is None:
            cut_downloads(world, cause_of(fate))  # all who were listening have crashed
        return
    for desk in floor.desks:
        desk.shut()
    floor.desks = []
    for worker in stopped:
        if worker.fate is None:
            worker.fate = fate
            worker.stop()
    cut_downloads(world, cause_of(fate))
    if fate == "restart":
        floor.restarting += [worker.assignment.device for worker in stopped if worker.fate == fate]
    yield world.env.all_of([worker.process for worker in stopped])
