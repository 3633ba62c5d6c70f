"""Edges that average among their own devices before the cloud does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from wfsim.topology.layout import Layout
from wfsim.world.cell import Cell
from wfsim.world.floor import Floor
from wfsim.world.world import EdgeWorld, World


def edges_of(world: World, layout: Layout) -> tuple[EdgeWorld, ...]:
    """One world for every edge, in order of name; none where the cloud alone averages."""
    if not world.scenario.hierarchy.edge_rounds:
        return ()
    groups: dict[str, list[Cell]] = {}
    for cell in world.cells:
        way = world.fixed.way(cell.station, layout.server, cell.upload_bits)
        groups.setdefault(layout.edge_on(way), []).append(cell)
    return tuple(_edge(world, name, groups[name]) for name in sorted(groups))


def _edge(world: World, name: str, cells: Sequence[Cell]) -> EdgeWorld:
    home = {device: cell for cell in cells for device in cell.devices}
    own = {field.name: getattr(world, field.name) for field in dataclasses.fields(World)}
    own |= {
        "cells": tuple(cells),
        "home": home,
        "devices": tuple(sorted(home)),
        "server": name,
        "floor": Floor(env=world.env, station_of=_stations(home)),
        "control_state": world.scenario.controller.begin(world.setting),
    }
    return EdgeWorld(edge=name, **own)


def _stations(home: Mapping[str, Cell]) -> Callable[[str], str]:
    return lambda device: home[device].station
