"""What fails while a run goes on: stations, devices, and what becomes of what they were doing."""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy

from wfsim import trace
from wfsim.outages import Downtime
from wfsim.outages.none import NoOutages
from wfsim.world.cell import Cell
from wfsim.world.guard import guarded
from wfsim.world.world import World

Process = Generator[simpy.Event, object, None]


def watch(world: World) -> None:
    """Begin to watch whatever this scenario lets fail; what cannot fail costs nothing."""
    for cell in world.cells:
        world.fixed.on_outage(cell.station, lambda down, cell=cell: _station(cell, down=down))
    rule, start_s = world.scenario.devices.failures, world.scenario.start_s
    if isinstance(rule, NoOutages):
        return
    failing = world.scenario.devices.failing
    for device in world.devices if failing is None else sorted({*failing} & {*world.devices}):
        downtime = rule.realise(world.streams, device, start_s)
        world.env.process(guarded(world, _lifetime(world, device, downtime)))


def _station(cell: Cell, *, down: bool) -> None:
    """Transfers that do not outlive an outage end now; the others wait for the band."""
    if down:
        cell.up.medium.fail("outage")
        cell.down.medium.fail("outage")


def _lifetime(world: World, device: str, downtime: Downtime) -> Process:
    since_s: float | None = None
    while True:
        down = downtime.is_down(world.env.now)
        if down and since_s is None:
            since_s = world.env.now
            _crash(world, device)
        elif not down and since_s is not None:
            _come_back(world, device, since_s)
            since_s = None
        until_s = downtime.next_change_s(world.env.now)
        if math.isinf(until_s):
            return
        yield world.env.timeout(until_s - world.env.now)
        world.unrest.changes += 1


def _crash(world: World, device: str) -> None:
    world.write(trace.OutageStarted(t_s=world.env.now, element=device, what="device"))
    world.floor.down.add(device)
    if not world.scenario.devices.keeps_state:
        world.federation.reset(device)
    floor, worker = world.floor, world.floor.workers.get(device)
    if device in floor.restarting:
        floor.restarting.remove(device)
        floor.crashed.add(device)
    if worker is None or worker.fate is not None:
        return
    worker.fate = "crash"
    worker.stop()
    _stop_listening(world, device)
    if world.scenario.devices.recovery == "restart":
        floor.crashed.add(device)


def _stop_listening(world: World, device: str) -> None:
    """A download to which nobody listens any more ends; others go on with what they share."""
    descent = world.floor.listening.get(device)
    if descent is not None and all(each in world.floor.down for each in descent.devices):
        descent.cut("crash")


def _come_back(world: World, device: str, since_s: float) -> None:
    now_s, floor = world.env.now, world.floor
    world.write(trace.OutageEnded(t_s=now_s, element=device, what="device", down_s=now_s - since_s))
    floor.down.discard(device)
    if device in floor.crashed:
        floor.crashed.discard(device)
        floor.restarting.append(device)
    floor.stir()
