"""What the transfers on the air will fly over the coming coherence blocks if nothing changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.band import Band, Division
from wfsim.radio.channel import Channel, Pieces
from wfsim.radio.crowd import Crowd
from wfsim.radio.transfer import WHOLE

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(kw_only=True, eq=False)
class Outlook:
    """Rates [transfers, pieces] of a crowd ahead of `start_s`, and what they meet.

    `flown_bits` [transfers, pieces] adds up from the start to the end of each piece. A pass ends when `target_bits`
    [transfers] have flown, at `finish_s` (infinity if not within the pieces). `on_air` is the fraction of time in which
    a transfer radiates. `outage` [links, pieces] is None where knowledge never errs.
    """

    pieces: Pieces
    efficiency: Array
    rates_bps: Array
    flown_bits: Array
    on_air: Array
    outage: Mask | None
    target_bits: Array
    finish_s: Array

    @property
    def start_s(self) -> float:
        """When it begins, s."""
        return float(self.pieces.edges_s[0])

    @property
    def end_s(self) -> float:
        """How far it reaches, s; infinity where nothing fades."""
        return float(self.pieces.edges_s[-1])

    @property
    def first_s(self) -> float:
        """When the first pass ends, s; infinity if none does within the pieces."""
        return float(self.finish_s[self.finish_s.argmin()])

    def used(self, now_s: float) -> int:
        """How many pieces have begun before a time after the start, at least one."""
        edges_s = self.pieces.edges_s
        return 1 if now_s <= edges_s[1] else int(np.searchsorted(edges_s[:-1], now_s, side="left"))

    def remaining_bits(self, now_s: float) -> Array:
        """Bits [transfers] that are still to fly at a time; negative by rounding."""
        if now_s <= self.start_s:
            return self.target_bits
        last = self.used(now_s) - 1
        left_bits = self.target_bits - self.flown_bits[:, last - 1] if last else self.target_bits
        return left_bits - self.rates_bps[:, last] * (now_s - self.pieces.edges_s[last])

    def begin_pass(self, row: int, bits: float) -> None:
        """A transfer's pass has ended, and the next one, of so many bits, follows in the same stream of bits."""
        before = float(self.target_bits[row])
        self.target_bits[row] = target = before + bits
        finish_s = self._finish_s(row, target, before + bits * WHOLE)
        self.finish_s[row] = max(finish_s, float(self.finish_s[row]))

    def _finish_s(self, row: int, target_bits: float, enough_bits: float) -> float:
        """What `finish_times_s` says, of one transfer."""
        edges_s, flown_bits = self.pieces.edges_s, self.flown_bits[row]
        piece = int(np.searchsorted(flown_bits, enough_bits, side="left"))
        if piece == len(flown_bits):
            return np.inf
        before, rate_bps = float(flown_bits[piece - 1]) if piece else 0.0, float(self.rates_bps[row, piece])
        wait_s = (target_bits - before) / rate_bps if rate_bps > 0.0 else 0.0
        return min(float(edges_s[piece]) + wait_s, float(edges_s[piece + 1]))


def look_ahead(channel: Channel, band: Band, crowd: Crowd, division: Division, pieces: Pieces) -> Outlook:
    """The outlook of a crowd that shares the band by a division, over these pieces."""
    bands_hz = crowd.each_link(division.snr_bands_hz)
    efficiency = crowd.least(channel.chosen(crowd.links, bands_hz, pieces))
    shares_hz = division.shares_hz[:, None]
    if band.access.by_block:
        gains = channel.gains(crowd.links, pieces.csi_blocks)
        merits = crowd.least(band.access.merits(gains, channel.heard_hz(crowd.links)))
        shares_hz = band.divide_blocks(division, crowd.column("weight"), merits)
        efficiency = np.where(shares_hz > 0.0, efficiency, 0.0)
    rates_bps = shares_hz * efficiency
    target_bits = crowd.column("remaining_bits").copy()
    flown_bits = _flown_bits(pieces.edges_s, rates_bps)
    return Outlook(
        pieces=pieces,
        efficiency=efficiency,
        rates_bps=rates_bps,
        flown_bits=flown_bits,
        on_air=(rates_bps > 0.0) * band.on_air(shares_hz),
        outage=_outage(channel, crowd, bands_hz, pieces, efficiency),
        target_bits=target_bits,
        finish_s=finish_times_s(pieces.edges_s, rates_bps, flown_bits, target_bits, target_bits * WHOLE),
    )


def _outage(channel: Channel, crowd: Crowd, bands_hz: Array, pieces: Pieces, efficiency: Array) -> Mask | None:
    if not channel.errs:
        return None
    return channel.outage(crowd.links, bands_hz, pieces, crowd.each_link(efficiency))


def _flown_bits(edges_s: Array, rates_bps: Array) -> Array:
    durations_s = edges_s[1:] - edges_s[:-1]
    if edges_s[-1] < np.inf:
        bits = rates_bps * durations_s
        return bits if len(durations_s) == 1 else bits.cumsum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.cumsum(np.where(rates_bps > 0.0, rates_bps * durations_s, 0.0), axis=1)


def finish_times_s(
    edges_s: Array, rates_bps: Array, flown_bits: Array, target_bits: Array, enough_bits: Array
) -> Array:
    """When `target_bits` have flown, shape [transfers]; infinity if not within the pieces.

    Bits that end with a piece must not spill into the next one by rounding, as its rate may be zero: `enough_bits`
    by a piece's end are all of them.
    """
    rows, pieces = rates_bps.shape
    if pieces == 1:
        return _within_one(edges_s, rates_bps[:, 0], flown_bits[:, 0], target_bits, enough_bits)
    piece = (flown_bits < np.reshape(enough_bits, (-1, 1))).sum(axis=1)
    inside, every, piece = piece < pieces, np.arange(rows), np.minimum(piece, pieces - 1)
    before = np.where(piece > 0, flown_bits[every, np.maximum(piece - 1, 0)], 0.0)
    rates = rates_bps[every, piece]
    wait_s = np.divide(target_bits - before, rates, out=np.zeros(rows), where=rates > 0.0)
    return np.where(inside, np.minimum(edges_s[piece] + wait_s, edges_s[piece + 1]), np.inf)


def _within_one(edges_s: Array, rates_bps: Array, flown_bits: Array, target_bits: Array, enough_bits: Array) -> Array:
    all_fly = np.count_nonzero(rates_bps) == len(rates_bps)
    wait_s = target_bits / (rates_bps if all_fly else np.where(rates_bps > 0.0, rates_bps, np.inf))
    return np.where(flown_bits >= enough_bits, np.minimum(edges_s[0] + wait_s, edges_s[1]), np.inf)
