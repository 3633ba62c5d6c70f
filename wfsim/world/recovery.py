"""The server fails, comes back and goes on from the last version that it had stored."""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy

from wfsim import trace
from wfsim.errors import RunError
from wfsim.world.staffing import dismiss
from wfsim.world.world import World

Process = Generator[simpy.Event, object, None]

_NAME = "server"


def is_down(world: World) -> bool:
    """Whether the server is down now."""
    return world.server_downtime.is_down(world.env.now)


def next_crash_s(world: World) -> float:
    """When the server, which is up, fails next; infinity if never."""
    return world.server_downtime.next_change_s(world.env.now)


def store(world: World, round_number: int) -> None:
    """Keep the global adapter where it survives, as often as the scenario says."""
    if round_number % world.scenario.server.durable_every_rounds == 0:
        world.federation.persist()


def recover(world: World, round_number: int) -> Process:
    """Lose what only the server's memory held, wait until it is up, and go back to the last stored version.

    Devices learn of it at once and stop. What they have sent is gone, and they believe that it has arrived.
    """
    start_s = world.env.now
    world.write(trace.OutageStarted(t_s=start_s, element=_NAME, what="server"))
    yield from dismiss(world, "server_crash")
    for upload in world.floor.lose():
        world.federation.lose(upload.turn)
    yield from _wait(world)
    if is_down(world):
        return
    world.write(trace.OutageEnded(t_s=world.env.now, element=_NAME, what="server", down_s=world.env.now - start_s))
    _restore(world, round_number)


def _wait(world: World) -> Process:
    """Until the server is up, or the time to stop has come."""
    stop_s = world.scenario.stop.time_s or math.inf
    while is_down(world) and world.env.now < stop_s:
        until_s = min(world.server_downtime.next_change_s(world.env.now), stop_s)
        if math.isinf(until_s):
            raise RunError("the server is down for ever; give stop.time_s")
        yield world.env.timeout(until_s - world.env.now)


def _restore(world: World, round_number: int) -> None:
    lost, durable = world.federation.restore()
    world.write(
        trace.ServerRestored(
            t_s=world.env.now,
            round=round_number,
            version=world.federation.version,
            durable_version=durable,
            lost_versions=lost,
        )
    )
