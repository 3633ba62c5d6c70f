"""What to say when nothing can happen any more."""

from __future__ import annotations

from wfsim.world.world import World


def why_stuck(world: World) -> str:
    """One line: since when, and what everybody waits for in vain."""
    media = [medium for cell in world.cells for medium in (cell.up.medium, cell.down.medium)]
    reasons = [reason for part in (*media, world.fixed) if (reason := part.idle_reason())]
    return f"nothing can happen after t = {world.env.now:g} s: {'; '.join(reasons) or 'every process waits'}"
