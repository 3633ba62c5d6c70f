"""Run a world to its end."""

from __future__ import annotations

from wfsim.errors import RunError
from wfsim.world.guard import guarded
from wfsim.world.server import serve
from wfsim.world.world import World

_HOPELESS_CHANGES = 20_000


def execute(world: World) -> None:
    """Run until the server has served its last round. Raises RunError when nothing can happen any more."""
    server = world.env.process(guarded(world, serve(world)))
    idle = _Idle(world)
    while not server.triggered:
        if world.env.peek() == float("inf") or idle.too_long():
            raise RunError(_stuck(world))
        world.env.step()
    if not server.ok:
        raise server.value


def _stuck(world: World) -> str:
    media = [medium for cell in world.cells for medium in (cell.up.medium, cell.down.medium)]
    reasons = [reason for part in (*media, world.fixed) if (reason := part.idle_reason())]
    return f"nothing can happen after t = {world.env.now:g} s: {'; '.join(reasons) or 'every process waits'}"


class _Idle:
    """Outages may come and go for ever: how many of them in a row nothing else happened in between."""

    def __init__(self, world: World) -> None:
        self._world, self._changes, self._alone = world, 0, 0

    def too_long(self) -> bool:
        """Asked before every step."""
        changes = self._world.fixed.changes + self._world.unrest.changes
        self._alone = self._alone + 1 if changes > self._changes else 0
        self._changes = changes
        return self._alone > _HOPELESS_CHANGES
