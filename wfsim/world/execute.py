"""Run a world to its end."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator
from contextlib import contextmanager

import simpy

from wfsim.errors import RunError
from wfsim.world.guard import guarded
from wfsim.world.server import serve
from wfsim.world.stuck import why_stuck
from wfsim.world.world import World

_HOPELESS_STEPS = 20_000  # in a row, in which outages came and went and nothing else happened
_ROUND_OF_STEPS = 1_000
_NEW_OBJECTS = 50_000


def execute(world: World) -> int:
    """Run until the server has served its last round; how many events that took.

    Raises RunError when nothing can happen any more.
    """
    try:
        _run(world)
        return world.env.events() + (world.shards.events() if world.shards is not None else 0)
    finally:
        if world.shards is not None:
            world.shards.stop()


def _run(world: World) -> None:
    server = world.env.process(guarded(world, serve(world)))
    idle = _Idle(world)
    with _rare_collections():
        while not server.triggered:
            if _step_on(world, server) or idle.too_long():
                raise RunError(why_stuck(world))
    if not server.ok:
        raise server.value


def _step_on(world: World, server: simpy.Process) -> bool:
    """A round of steps, fewer if the server is done; whether nothing can happen any more though it is not."""
    step, next_s = world.env.step, world.env.peek
    for _ in range(_ROUND_OF_STEPS):
        if server.triggered:
            break
        if next_s() == math.inf:
            return True
        step()
    return False


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Hardly anything here is garbage in circles, and looking for it every 700 objects takes a tenth of a run."""
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Idle:
    """Outages may come and go for ever: how many steps in a row were nothing but that."""

    def __init__(self, world: World) -> None:
        self._world, self._changes, self._alone = world, 0, 0

    def too_long(self) -> bool:
        """Asked after every `_ROUND_OF_STEPS` steps: whether all of them, for a long time, were changes."""
        changes = self._world.fixed.changes + self._world.unrest.changes
        self._alone = self._alone + _ROUND_OF_STEPS if changes - self._changes >= _ROUND_OF_STEPS else 0
        self._changes = changes
        return self._alone > _HOPELESS_STEPS
