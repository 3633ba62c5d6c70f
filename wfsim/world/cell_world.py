"""The world as far as one cell goes, for runs whose cells go their own ways within a round (`apart`)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from wfsim import trace
from wfsim.errors import RunError
from wfsim.topology.layout import Layout
from wfsim.wired.network import FixedNetwork
from wfsim.world.apart import territory
from wfsim.world.candidates import candidates_among
from wfsim.world.cell import Cell
from wfsim.world.cells import Bench
from wfsim.world.clock import Clock
from wfsim.world.floor import Floor
from wfsim.world.ledger import Ledger
from wfsim.world.staffing import send_to_work
from wfsim.world.stuck import why_stuck
from wfsim.world.world import World


@dataclass(kw_only=True, eq=False)
class CellWorld(World):
    """A cell, its devices and its way to the server, on a clock of their own: what is random and what is set up is the
    run's, what happens within a round is the cell's alone."""

    env: Clock
    journal: trace.Pages

    def begin(self, round_number: int, wave: int | str, start_s: float, version: int, names: Sequence[str]) -> None:
        """Send these devices to work at a time, with a version."""
        self.env.advance(start_s)
        self.federation.version = version
        self.floor.open(round_number, forget=True)
        cohort = candidates_among(self, names)
        self.ledger({"type": trace.RoundStarted.name, "t_s": start_s, "round": round_number, "cohort": [*names]})
        send_to_work(self, round_number, wave, cohort, None)

    def finish(self) -> None:
        """Go on until everybody is done. Raises RunError when nothing can happen any more."""
        workers, step, next_s = self.floor.workers, self.env.step, self.env.peek
        while workers:
            if next_s() == math.inf:
                raise RunError(why_stuck(self))
            step()


def cell_world(world: World, layout: Layout, cell: Cell, bench: Bench) -> CellWorld:
    """The part of a world that is this cell's, wired to a bench of its own."""
    own = {field.name: getattr(world, field.name) for field in dataclasses.fields(World)}
    graph, ledger = territory(layout, cell.station), Ledger()
    bench.journal.listen(ledger)
    own |= {
        "env": bench.env,
        "journal": bench.journal,
        "cells": (cell,),
        "home": dict.fromkeys(cell.devices, cell),
        "devices": cell.devices,
        "fixed": FixedNetwork(
            bench.env,
            graph=graph,
            outages={},
            streams=bench.streams,
            journal=bench.journal,
            start_s=world.scenario.start_s,
        ),
        "floor": Floor(env=bench.env, station_of=lambda device: cell.station),
        "federation": dataclasses.replace(world.federation),
        "ledger": ledger,
    }
    return CellWorld(**own)
