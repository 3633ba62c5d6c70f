"""Cells that disturb each other: what one has on the air raises the noise of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.access import Access
from wfsim.radio.engines import PacketEngine
from wfsim.radio.interference import Direction, Interference
from wfsim.radio.shares import Shares

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CoupledCell:
    """One cell in one direction, among the cells that `cross_hz` [links, cells] knows.

    `cross_hz` is mean received power over noise density, P g / N0 in Hz, between this cell's devices and every cell's
    station: of the device at that station (uplink), of that station at the device (downlink). The cell's own column is
    not read, nor those of stations on other carriers. A device sends for at most `duty_cycle` of the time.
    """

    medium: PacketEngine
    interference: Interference
    access: Access
    carrier_hz: float
    band_hz: float
    cross_hz: Array
    duty_cycle: float = 1.0

    def in_use(self, shares: Shares) -> float:
        """The part of the band in [0, 1] in which its station sends."""
        return min(sum(share_hz for _, share_hz in shares.values()) / self.band_hz, 1.0)

    def on_air(self, shares: Shares) -> Array:
        """The part of the time in [0, 1] in which each transfer's device sends, shape [transfers]."""
        shares_hz = np.array([share_hz for _, share_hz in shares.values()])
        bands_hz = self.access.snr_bands_hz(self.band_hz, shares_hz)
        on_air = np.divide(shares_hz, bands_hz, out=np.zeros_like(shares_hz), where=shares_hz > 0.0)
        return np.minimum(on_air, self.duty_cycle)


def couple(cells: Sequence[CoupledCell], direction: Direction) -> None:
    """From now on the noise of every cell is raised as its `interference` says: always, or by what the others send.

    A change of shares in one cell plans the others anew, whose shares do not change by that: there is no echo.
    """
    coupling = _Coupling(cells, direction)
    for number, cell in enumerate(cells):
        cell.medium.set_noise_rise(coupling.rise(number))
        if coupling.listeners[number]:
            cell.medium.on_shares = partial(coupling.changed, number)


class _Coupling:
    """What every cell adds to the noise of those that hear it: interference over noise [links of the listener]."""

    def __init__(self, cells: Sequence[CoupledCell], direction: Direction) -> None:
        self._cells = cells
        self._direction = direction
        self._heard = self._devices_heard if direction == "up" else self._station_heard
        self._added: list[dict[int, Array]] = [{} for _ in cells]
        self.listeners = [self._listeners(sender) for sender in range(len(cells))]

    def rise(self, listener: int) -> Array:
        """(I + N) / N at the receivers of a cell's links, shape [links]."""
        cell, added = self._cells[listener], self._added[listener]
        floor = np.full(len(cell.cross_hz), cell.interference.rise(self._direction))
        return sum((added[sender] for sender in sorted(added)), start=floor)

    def changed(self, sender: int, shares: Shares) -> None:
        """A cell has divided its band anew, or has nothing left on the air."""
        for listener in self.listeners[sender]:
            added = self._heard(sender, listener, shares)
            if not np.array_equal(added, self._added[listener].get(sender, np.zeros_like(added))):
                self._added[listener][sender] = added
                self._cells[listener].medium.set_noise_rise(self.rise(listener))

    def _listeners(self, sender: int) -> list[int]:
        carrier_hz = self._cells[sender].carrier_hz
        hears = [cell.interference.couples and cell.carrier_hz == carrier_hz for cell in self._cells]
        return [number for number, each in enumerate(hears) if each and number != sender]

    def _devices_heard(self, sender: int, listener: int, shares: Shares) -> Array:
        """Each device sends with all its power while it is on the air; the listener's links share their receiver."""
        if not shares:
            return np.zeros(len(self._cells[listener].cross_hz))
        links, cell = [links for links, _ in shares.values()], self._cells[sender]
        on_air = np.repeat(cell.on_air(shares), [len(each) for each in links])
        total = float(on_air @ self._ratios(sender, listener, cell.cross_hz[np.concatenate(links), listener]))
        return np.full(len(self._cells[listener].cross_hz), total)

    def _station_heard(self, sender: int, listener: int, shares: Shares) -> Array:
        """The station spreads its power over its band: what is in use carries its part of it."""
        in_use = self._cells[sender].in_use(shares)
        return in_use * self._ratios(sender, listener, self._cells[listener].cross_hz[:, sender])

    def _ratios(self, sender: int, listener: int, cross_hz: Array) -> Array:
        """Interference over noise, P g / (N0 b) with b the wider of both bands; 0 where it is too weak to count."""
        cell = self._cells[listener]
        ratios = cross_hz / max(self._cells[sender].band_hz, cell.band_hz)
        return np.where(ratios >= cell.interference.least(), ratios, 0.0)
