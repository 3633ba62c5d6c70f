"""Processes whose death is final.

SimPy raises the exception of a process that failed only when its turn comes, so others may act at that instant on a
world that has lost one: none of that may reach the journal, from which the run is resumed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import simpy

from wfsim.world.world import World

Result = TypeVar("Result")


def guarded(world: World, process: Generator[simpy.Event, object, Result]) -> Generator[simpy.Event, object, Result]:
    """The same process; if it dies (a stop signal, a full disk), the journal is halted first."""
    try:
        return (yield from process)
    except GeneratorExit:
        raise
    except BaseException:
        world.journal.halt()
        raise
