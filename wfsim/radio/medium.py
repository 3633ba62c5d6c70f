"""The air of one cell in one direction: fluid transfers over a shared band, with few events and the exact law.

A transfer is a fluid job. Whenever one starts, ends or is cut, or foreign traffic or interference changes, the medium
books what has flown since, divides the band anew, evaluates all rates over the coming coherence blocks in vectors, and
schedules ONE timeout at the earliest end of a pass. Older timeouts carry an older generation and are ignored. A pass
that is followed by another one changes nobody's rate, so nothing is evaluated anew.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import simpy
from numpy.typing import NDArray

from wfsim.radio.band import Band, Division
from wfsim.radio.channel import Channel
from wfsim.radio.crowd import Crowd
from wfsim.radio.fates import INDEPENDENT, Fates
from wfsim.radio.glance import Glance
from wfsim.radio.loss import PacketLoss
from wfsim.radio.outlook import Outlook, look_ahead
from wfsim.radio.patience import Patience
from wfsim.radio.records import AirRecords
from wfsim.radio.shares import OnShares, ShareNews
from wfsim.radio.transfer import Transfer
from wfsim.rng import Streams

Array = NDArray[np.float64]

_MOST_BLOCKS = 8192


class Medium:
    """Transfers in one direction (`up` or `down`) over one band. `start` returns an event that fires at the end.

    `on_shares` is told {transfer: (links, share in Hz)} whenever a division of the band differs from the one before,
    the empty one after the last transfer included.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        band: Band,
        channel: Channel,
        streams: Streams,
        records: AirRecords,
        loss: PacketLoss = INDEPENDENT,
    ) -> None:
        self.channel = channel
        self.on_shares: OnShares | None = None
        self._news = ShareNews()
        self._env, self._band, self._records = env, band, records
        self._fates = Fates(streams=streams, residual_loss=channel.link.residual_loss, loss=loss)
        self._crowd = Crowd()
        self._outlook: Outlook | Glance | None = None
        self._may_glance = channel.is_told_by_blocks and not band.access.by_block
        self._patience = Patience(channel.paths.coherence_s)
        self._generation = 0
        self._replan_s = np.inf
        self._window_blocks = 1

    def start(self, transfer: Transfer) -> simpy.Event:
        """Put a transfer on the air now. The event's value is {device: Delivery}.

        During an outage of the station, a transfer that does not survive it is over at once and has sent nothing.
        """
        done = self._env.event()
        self._records.started(transfer)
        if self._band.is_down(self._env.now) and not transfer.transport.survives_outage:
            transfer.cut(self._fates, "outage")
            return done.succeed(self._records.ended(transfer))
        self._book()
        self._crowd.add(transfer, done)
        self._patience.renew()
        self._plan_soon()
        return done

    def cut(self, name: str, cause: str = "round") -> simpy.Event:
        """Stop a transfer now; its event, already triggered, is returned. What it leaves is up to the transport."""
        self._book()
        done = self._cut(name, cause)
        self._plan_soon()
        return done

    def fail(self, cause: str) -> None:
        """Stop every transfer now that does not survive an outage of the station. The others go on when they can."""
        for name in [t.name for t in self._crowd.transfers if not t.transport.survives_outage]:
            self.cut(name, cause)

    def set_noise_rise(self, rise: Array) -> None:
        """Interference raises the noise of each link [links] by a linear factor >= 1 from now on."""
        if not np.array_equal(rise, self.channel.noise_rise):
            self._book()
            self.channel.set_noise_rise(rise)
            self._plan_soon()

    def free_share(self, now_s: float) -> float:
        """The fraction of the band in [0, 1] that foreign traffic leaves now."""
        return self._band.free_share(now_s)

    def idle_reason(self) -> str | None:
        """Why transfers on the air will never end, or None. Asked when no event is left."""
        return self._records.idle_reason(self._crowd.names, self._patience)

    # planning

    def _plan_soon(self) -> None:
        # Simultaneous starts each come here; only the newest generation plans, so they are planned together.
        self._generation += 1
        self._env.timeout(0.0, value=self._generation).callbacks.append(self._plan)

    def _plan(self, event: simpy.Event) -> None:
        if event.value != self._generation:
            return
        if len(self._crowd):
            self._plan_crowd()
        else:
            self._news.tell(self.on_shares)

    def _plan_crowd(self) -> None:
        division = self._band.divide(self._env.now, self._crowd.column("weight"))
        self._replan_s = self._stand_still(division) if division.is_closed else self._fly(division)
        self._records.shared(self._crowd.transfers, division)
        if self._patience.given_up is None:
            self._sleep()
        if self.on_shares is not None:
            self._news.tell(self.on_shares, self._crowd.transfers, division.shares_hz.tolist())

    def _stand_still(self, division: Division) -> float:
        """Nothing flies and no block is met until the division ends, whose time is returned."""
        self._patience.pause(self._env.now, is_outage=division.is_down)
        return division.until_s

    def _fly(self, division: Division) -> float:
        """Look ahead; the time at which to look again."""
        self._outlook = self._look(division)
        if np.count_nonzero(self._outlook.rates_bps):
            self._patience.renew()
        else:
            self._patience.wait(self._env.now)
        return min(self._outlook.end_s, division.until_s)

    def _look(self, division: Division) -> Outlook | Glance:
        blocks, crowd = self._window_blocks, self._crowd
        if blocks == 1 and self._may_glance and crowd.is_one_to_one:
            return Glance(self.channel, self._band, crowd, division, self._env.now)
        blocks = min(blocks, self.channel.blocks_until(division.until_s - self._env.now))
        return look_ahead(self.channel, self._band, crowd, division, self.channel.pieces(self._env.now, blocks))

    def _sleep(self) -> None:
        wake_s = self._replan_s if self._outlook is None else min(self._outlook.first_s, self._replan_s)
        if np.isfinite(wake_s):
            timeout = self._env.timeout(max(wake_s - self._env.now, 0.0), value=self._generation)
            timeout.callbacks.append(partial(self._wake, wake_s))

    def _wake(self, wake_s: float, event: simpy.Event) -> None:
        if event.value != self._generation:
            return
        over = self._end_passes(wake_s)
        if self._outlook is not None and not over and wake_s < self._replan_s:
            self._sleep()
            return
        self._book()
        for name in over:
            self._finish(self._crowd.row(name))
        self._plan_soon()

    def _end_passes(self, now_s: float) -> list[str]:
        """Passes that end now meet their fates; the names of the transfers of which nothing more is sent."""
        if self._outlook is None:
            return []
        rows = (self._outlook.finish_s <= now_s).nonzero()[0].tolist()
        if rows and self.channel.errs:
            self._book()
        return [self._crowd.names[row] for row in rows if not self._end_pass(row)]

    def _end_pass(self, row: int) -> bool:
        transfer = self._crowd.transfers[row]
        transfer.complete_pass()
        if not transfer.end_pass(self._fates):
            return False
        self._crowd.begin_pass(row)
        if self._outlook is not None:
            self._outlook.begin_pass(row, transfer.pass_bits)
        return True

    # booking what has flown

    def _book(self) -> None:
        outlook, self._outlook = self._outlook, None
        if outlook is None:
            return
        if isinstance(outlook, Glance):
            self._book_glance(outlook, self._env.now)
        elif self._env.now > outlook.start_s:
            self._book_pieces(outlook, self._env.now)
        self._crowd.set_remaining(outlook.remaining_bits(self._env.now))

    def _book_glance(self, glance: Glance, now_s: float) -> None:
        if now_s > glance.start_s:
            self._window_blocks = 2 if now_s >= glance.end_s else 1
            self._book_piece(glance.on_air, glance.block, glance.efficiency, min(glance.end_s, now_s) - glance.start_s)

    def _book_pieces(self, outlook: Outlook, now_s: float) -> None:
        used = outlook.used(now_s)
        self._adapt_window(used, exhausted=now_s >= outlook.end_s)
        if used == 1 and outlook.outage is None:
            duration_s = min(float(outlook.pieces.edges_s[1]), now_s) - outlook.start_s
            block, efficiency = int(outlook.pieces.blocks[0]), outlook.efficiency[:, 0]
            self._book_piece(outlook.on_air[:, 0], block, efficiency, duration_s)
            return
        edges_s = np.minimum(outlook.pieces.edges_s[: used + 1], now_s)
        durations_s = edges_s[1:] - edges_s[:-1]
        self._crowd.column("airtime_s")[:] += outlook.on_air[:, :used] @ durations_s
        if outlook.outage is not None:
            self._remember_outages(outlook.rates_bps[:, :used] * durations_s, outlook.outage[:, :used])
        met = durations_s > self.channel.sliver_s
        if met.any():
            self._count_blocks(outlook.pieces.blocks[:used][met], outlook.efficiency[:, :used][:, met])

    def _book_piece(self, on_air: Array | None, block: int, efficiency: Array, duration_s: float) -> None:
        """As `_book_pieces` where but one piece has begun; `on_air` is None where all radiate all the time."""
        self._crowd.column("airtime_s")[:] += duration_s if on_air is None else on_air * duration_s
        if duration_s > self.channel.sliver_s:
            self._count_block(block, efficiency)

    def _adapt_window(self, used: int, *, exhausted: bool) -> None:
        """As far as the last outlook held, or twice as far if it was used up: rates beyond are for nothing."""
        self._window_blocks = min(2 * used, _MOST_BLOCKS) if exhausted else used

    def _remember_outages(self, bits: Array, outage: NDArray[np.bool_]) -> None:
        for row, transfer in enumerate(self._crowd.transfers):
            transfer.fly_to(self._crowd.progress_bits(row))
            transfer.radiate(bits[row], outage[self._crowd.links_of(row)])

    def _count_blocks(self, blocks: NDArray[np.int64], efficiency: Array) -> None:
        """Count each coherence block met once per transfer, though shares or windows may change inside it."""
        last_block = self._crowd.column("last_block")
        if blocks[-1] <= last_block[last_block.argmin()]:
            return
        new = blocks > last_block[:, None]
        new[:, 1:] &= blocks[1:] > blocks[:-1]
        self._crowd.column("blocks")[:] += new.sum(axis=1)
        self._crowd.column("at_cap")[:] += (new & self.channel.link.at_cap(efficiency)).sum(axis=1)
        self._crowd.column("at_zero")[:] += (new & (efficiency == 0.0)).sum(axis=1)
        last_block[:] = blocks[-1]
        if self._records.trace_gains:
            for row, transfer in enumerate(self._crowd.transfers):
                self._records.gains(transfer, blocks[new[row]])

    def _count_block(self, block: int, efficiency: Array) -> None:
        """As `_count_blocks` of one: sums over one column would take a tenth of a crowded run."""
        last_block = self._crowd.column("last_block")
        new = last_block < block
        if not np.count_nonzero(new):
            return
        self._crowd.column("blocks")[:] += new
        self._crowd.column("at_cap")[:] += new & self.channel.link.at_cap(efficiency)
        self._crowd.column("at_zero")[:] += new & (efficiency == 0.0)
        last_block[:] = block
        if self._records.trace_gains:
            for row in new.nonzero()[0].tolist():
                self._records.gains(self._crowd.transfers[row], np.array([block]))

    def _cut(self, name: str, cause: str) -> simpy.Event:
        row = self._crowd.row(name)
        transfer = self._crowd.transfers[row]
        transfer.fly_to(self._crowd.progress_bits(row))
        transfer.cut(self._fates, cause)
        return self._finish(row)

    def _finish(self, row: int) -> simpy.Event:
        transfer, done = self._crowd.remove(row)
        return done.succeed(self._records.ended(transfer))
