"""The air of one cell in one direction: fluid transfers over a shared band, with few events and the exact law.

A transfer is a fluid job. Whenever one starts, ends or is cut, or foreign traffic changes, the medium books what has
flown since, divides the band anew, evaluates every active transfer's rate over the coming coherence blocks in vectors,
and schedules ONE timeout at the earliest finish. Older timeouts carry an older generation and are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import simpy
from numpy.typing import NDArray

from wfsim.radio.band import Band, Division
from wfsim.radio.channel import Channel, Pieces
from wfsim.radio.patience import Patience
from wfsim.radio.records import AirRecords
from wfsim.radio.transfer import WHOLE, Transfer
from wfsim.rng import Streams

Array = NDArray[np.float64]

_FIRST_WINDOW_BLOCKS = 32
_LAST_WINDOW_BLOCKS = 8192


@dataclass(frozen=True, kw_only=True)
class _Outlook:
    """Rates [transfers, pieces] ahead if nothing changes, and what they meet."""

    pieces: Pieces
    efficiency: Array
    rates_bps: Array
    outage: list[NDArray[np.bool_]]
    finish_s: Array


class Medium:
    """Transfers in one direction (`up` or `down`) over one band. `start` returns an event that fires at the end."""

    def __init__(
        self, env: simpy.Environment, *, band: Band, channel: Channel, streams: Streams, records: AirRecords
    ) -> None:
        self.channel = channel
        self._env, self._band, self._streams, self._records = env, band, streams, records
        self._active: dict[str, tuple[Transfer, simpy.Event]] = {}
        self._outlook: _Outlook | None = None
        self._patience = Patience(channel.paths.coherence_s)
        self._booked_s = env.now
        self._generation = 0
        self._window_blocks = _FIRST_WINDOW_BLOCKS

    def start(self, transfer: Transfer) -> simpy.Event:
        """Put a transfer on the air now. The event's value is {device: Delivery}."""
        done = self._env.event()
        self._records.started(transfer)
        self._book()
        self._active[transfer.name] = (transfer, done)
        self._patience.renew()
        self._plan_soon()
        return done

    def cut(self, name: str) -> simpy.Event:
        """Stop a transfer now; its event, already triggered, is returned. What it leaves is up to the transport."""
        self._book()
        transfer, done = self._active[name]
        transfer.cut(self._streams, self.channel.link.residual_loss)
        self._finish(transfer, done)
        self._plan_soon()
        return done

    def free_share(self, now_s: float) -> float:
        """The fraction of the band in [0, 1] that foreign traffic leaves now."""
        return self._band.free_share(now_s)

    def idle_reason(self) -> str | None:
        """Why transfers on the air will never end, or None. Asked when no event is left."""
        return self._records.idle_reason(self._active, self._patience)

    # planning

    def _plan_soon(self) -> None:
        # Simultaneous starts each come here; only the newest generation plans, so they are planned together.
        self._generation += 1
        self._outlook = None
        self._env.timeout(0.0, value=self._generation).callbacks.append(self._plan)

    def _plan(self, event: simpy.Event) -> None:
        if event.value != self._generation or not self._active:
            return
        transfers = self._transfers()
        division = self._band.divide(self._env.now, np.array([t.weight for t in transfers]))
        self._records.shared(transfers, division)
        wake_s = self._stand_still(division) if division.is_closed else self._fly(transfers, division)
        if self._patience.given_up is None:
            self._sleep_until(wake_s)

    def _stand_still(self, division: Division) -> float:
        """Nothing flies and no block is met until the division ends, whose time is returned."""
        self._patience.pause()
        return division.until_s

    def _fly(self, transfers: list[Transfer], division: Division) -> float:
        """Look ahead; the time at which to look again."""
        self._outlook = self._look_ahead(transfers, division)
        if self._outlook.rates_bps.any():
            self._patience.renew()
        else:
            self._patience.wait(self._env.now)
        pieces_end_s = float(self._outlook.pieces.edges_s[-1])
        return min(float(self._outlook.finish_s.min()), pieces_end_s, division.until_s)

    def _sleep_until(self, wake_s: float) -> None:
        if not np.isfinite(wake_s):
            return
        timeout = self._env.timeout(max(wake_s - self._env.now, 0.0), value=(self._generation, wake_s))
        timeout.callbacks.append(self._wake)

    def _look_ahead(self, transfers: list[Transfer], division: Division) -> _Outlook:
        enough = self.channel.blocks_until(division.until_s - self._env.now)
        blocks = min(self._window_blocks, enough)
        outlook = self._evaluate(transfers, division.shares_hz, blocks)
        while not np.isfinite(outlook.finish_s).any() and blocks < min(_LAST_WINDOW_BLOCKS, enough):
            blocks *= 2
            outlook = self._evaluate(transfers, division.shares_hz, blocks)
        self._window_blocks = max(blocks // 2, _FIRST_WINDOW_BLOCKS)
        return outlook

    def _evaluate(self, transfers: list[Transfer], shares_hz: Array, blocks: int) -> _Outlook:
        pieces = self.channel.pieces(self._env.now, blocks)
        counts = np.array([len(t.links) for t in transfers])
        links, bands_hz = np.concatenate([t.links for t in transfers]), np.repeat(shares_hz, counts)
        bounds = np.concatenate([[0], np.cumsum(counts)])
        efficiency = np.minimum.reduceat(self.channel.chosen(links, bands_hz, pieces), bounds[:-1], axis=0)
        outage = self.channel.outage(links, bands_hz, pieces, np.repeat(efficiency, counts, axis=0))
        rates_bps = shares_hz[:, None] * efficiency
        remaining = np.array([t.remaining_bits for t in transfers])
        return _Outlook(
            pieces=pieces,
            efficiency=efficiency,
            rates_bps=rates_bps,
            outage=[outage[start:end] for start, end in pairwise(bounds)],
            finish_s=_finish_times_s(pieces.edges_s, rates_bps, remaining),
        )

    # booking what has flown

    def _wake(self, event: simpy.Event) -> None:
        generation, wake_s = event.value
        if generation != self._generation:
            return
        finishing = self._finishing(wake_s)
        self._book()
        for transfer in finishing:
            transfer.complete_pass()
            if not transfer.end_pass(self._streams, self.channel.link.residual_loss):
                self._finish(transfer, self._active[transfer.name][1])
        self._plan_soon()

    def _finishing(self, now_s: float) -> list[Transfer]:
        """Transfers whose pass ends now; none while the band is closed, when there is no outlook."""
        ends_s = () if self._outlook is None else self._outlook.finish_s
        return [transfer for transfer, end_s in zip(self._transfers(), ends_s, strict=False) if end_s <= now_s]

    def _book(self) -> None:
        now_s = self._env.now
        if self._outlook is not None and now_s > self._booked_s:
            self._book_pieces(self._outlook, now_s)
        self._booked_s = now_s
        self._outlook = None

    def _book_pieces(self, outlook: _Outlook, now_s: float) -> None:
        transfers, edges_s = self._transfers(), outlook.pieces.edges_s
        used = int(np.searchsorted(edges_s[:-1], now_s, side="left"))
        durations_s = np.diff(np.minimum(edges_s[: used + 1], now_s))
        rates_bps = outlook.rates_bps[:, :used]
        bits, airtime_s = rates_bps * durations_s, ((rates_bps > 0.0) * durations_s).sum(axis=1)
        for index, transfer in enumerate(transfers):
            transfer.radiate(bits[index], outlook.outage[index][:, :used])
            transfer.tally.airtime_s += float(airtime_s[index])
        met = durations_s > self.channel.sliver_s
        if met.any():
            self._count_blocks(transfers, outlook.pieces.blocks[:used][met], outlook.efficiency[:, :used][:, met])

    def _count_blocks(self, transfers: list[Transfer], blocks: NDArray[np.int64], efficiency: Array) -> None:
        """Count each coherence block met once per transfer, though shares or windows may change inside it."""
        new = blocks > np.array([t.last_block for t in transfers])[:, None]
        new[:, 1:] &= blocks[1:] > blocks[:-1]
        counts = new.sum(axis=1)
        at_cap = (new & self.channel.link.at_cap(efficiency)).sum(axis=1)
        at_zero = (new & (efficiency == 0.0)).sum(axis=1)
        for index, transfer in enumerate(transfers):
            transfer.tally.blocks += int(counts[index])
            transfer.tally.blocks_at_cap += int(at_cap[index])
            transfer.tally.blocks_at_zero += int(at_zero[index])
            transfer.last_block = int(blocks[-1])
            self._records.gains(transfer, blocks[new[index]])

    def _transfers(self) -> list[Transfer]:
        return [self._active[name][0] for name in sorted(self._active)]

    def _finish(self, transfer: Transfer, done: simpy.Event) -> None:
        del self._active[transfer.name]
        done.succeed(self._records.ended(transfer))


def _finish_times_s(edges_s: Array, rates_bps: Array, remaining_bits: Array) -> Array:
    """When each transfer's remaining bits have flown, shape [transfers]; infinity if not within the pieces.

    Bits that end with a piece must not spill into the next one by rounding: its rate may be zero.
    """
    with np.errstate(invalid="ignore"):
        flown = np.cumsum(np.where(rates_bps > 0.0, rates_bps * np.diff(edges_s), 0.0), axis=1)
    piece = (flown < remaining_bits[:, None] * WHOLE).sum(axis=1)
    inside = piece < rates_bps.shape[1]
    rows, piece = np.arange(len(piece)), np.minimum(piece, rates_bps.shape[1] - 1)
    before = np.where(piece > 0, flown[rows, np.maximum(piece - 1, 0)], 0.0)
    rates = rates_bps[rows, piece]
    wait_s = np.divide(remaining_bits - before, rates, out=np.zeros_like(rates), where=rates > 0.0)
    return np.where(inside, np.minimum(edges_s[piece] + wait_s, edges_s[piece + 1]), np.inf)
