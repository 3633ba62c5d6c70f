"""Stations that disturb each other: cross gains from where everybody stands at t = 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wfsim.radio.coupling import CoupledCell, couple
from wfsim.radio.interference import Direction
from wfsim.radio.interference.none import NoInterference
from wfsim.rng import Streams
from wfsim.units import db_to_linear, noise_density_dbm_per_hz
from wfsim.world.cell import Cell
from wfsim.world.links import cross_gain_db
from wfsim.world.terrain import Array


def couple_cells(cells: Sequence[Cell], streams: Streams) -> None:
    """Raise the noise of every cell as its radio's `interference` says; cells on one carrier may hear each other.

    Cross links have path loss and shadowing of their own, by the model of the station's radio, and no fading; devices
    that move take their cross gains of t = 0 along. Every pair of a device and a station is drawn: n cells of k devices
    cost n^2 k draws, and only where some cell of the carrier couples.
    """
    for group in _groups(cells):
        gains_db = [_gains_db(group, number, streams) for number in range(len(group))]
        for direction in ("up", "down"):
            couple([_coupled(group, number, gains_db[number], direction) for number in range(len(group))], direction)


def _groups(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Cells of one carrier where some of them couple; elsewhere every cell alone whose noise is raised."""
    for carrier_hz in sorted({cell.radio.carrier_hz for cell in cells}):
        group = [cell for cell in cells if cell.radio.carrier_hz == carrier_hz]
        if any(cell.radio.interference.couples for cell in group):
            yield group
        else:
            yield from ([cell] for cell in group if not isinstance(cell.radio.interference, NoInterference))


def _gains_db(group: Sequence[Cell], number: int, streams: Streams) -> Array:
    """Gains [devices, cells] between a cell's devices and the stations of the group; its own is left out."""
    cell, gains_db = group[number], np.full((len(group[number]), len(group)), -np.inf)
    for other, each in enumerate(group):
        if other != number:
            devices, device_m, station = cell.devices, cell.links.station.device_m, each.links.station
            gains_db[:, other] = cross_gain_db(each.radio, streams, devices, device_m, station)
    return gains_db


def _coupled(group: Sequence[Cell], number: int, gains_db: Array, direction: Direction) -> CoupledCell:
    cell = group[number]
    if direction == "up":  # this cell's devices, heard at every station
        powers_dbm, receivers = np.full(len(group), cell.radio.uplink_power_dbm), [each.radio for each in group]
    else:  # every station, heard at this cell's devices
        powers_dbm, receivers = np.array([each.radio.downlink_power_dbm for each in group]), [cell.radio] * len(group)
    noise_dbm = np.array([noise_density_dbm_per_hz(radio.noise_figure_db) for radio in receivers])
    return CoupledCell(
        medium=(cell.up if direction == "up" else cell.down).medium,
        interference=cell.radio.interference,
        access=cell.radio.access,
        carrier_hz=cell.radio.carrier_hz,
        band_hz=cell.radio.bandwidth_hz,
        cross_hz=db_to_linear(powers_dbm + gains_db - noise_dbm),
        duty_cycle=cell.radio.duty_cycle,
    )
