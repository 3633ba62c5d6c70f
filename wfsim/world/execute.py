"""Run a world to its end."""

from __future__ import annotations

from wfsim.errors import RunError
from wfsim.world.guard import guarded
from wfsim.world.server import serve
from wfsim.world.world import World


def execute(world: World) -> None:
    """Run until the server has served its last round. Raises RunError when nothing can happen any more."""
    server = world.env.process(guarded(world, serve(world)))
    while not server.triggered:
        if world.env.peek() == float("inf"):
            raise RunError(_stuck(world))
        world.env.step()
    if not server.ok:
        raise server.value


def _stuck(world: World) -> str:
    reasons = [reason for air in (world.up, world.down) if (reason := air.medium.idle_reason())]
    return f"nothing can happen after t = {world.env.now:g} s: {'; '.join(reasons) or 'every process waits'}"
