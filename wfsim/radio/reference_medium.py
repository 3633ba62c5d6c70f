"""The air of one cell, packet by packet: slow, simple, and what the bulk medium must agree with.

One event for every packet that ends and for every change of a rate: a coherence block, channel knowledge, the band.
Gains, the efficiency curve, the division of the band, packet uniforms and the transport's rule are given, as
to the bulk medium; rates over time, outages, losses and all counts are worked out here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from wfsim.intervals import interval_of
from wfsim.radio.band import Band, Division
from wfsim.radio.channel import Channel
from wfsim.radio.fates import INDEPENDENT, Fates
from wfsim.radio.loss import PacketLoss
from wfsim.radio.patience import Patience
from wfsim.radio.records import AirRecords
from wfsim.radio.shares import OnShares, ShareNews
from wfsim.radio.transfer import WHOLE, Transfer
from wfsim.rng import Streams
from wfsim.units import db_to_linear

_SLIVER = 1e-9  # a time within this share of a block before its start is at its start: the rest is rounding


class _Blocks(NamedTuple):
    """The coherence block of now, the one that transmitters know, and the time until which both stay the same."""

    own: int
    known: int
    until_s: float


@dataclass(kw_only=True, eq=False)
class _Flight:
    """One transfer on the air: its present packet, `queue[0]`, and the rate of the present stretch of time."""

    transfer: Transfer
    done: simpy.Event
    fates: Fates
    flights: list[int] = field(init=False)
    queue: list[int] = field(init=False)
    left_bits: float = field(init=False)
    pass_bits: float = field(init=False)
    rate_bps: float = 0.0
    on_air: float = 1.0
    outage: list[bool] = field(init=False)
    at_cap: bool = False
    end_s: float = math.inf
    spoiled: list[bool] = field(init=False)

    def __post_init__(self) -> None:
        self.outage = [False] * len(self.transfer.links)
        self.flights = [0] * len(self.transfer.bits)
        self._begin_pass()

    def fly(self, elapsed_s: float) -> None:
        """Time passes at the present rate."""
        flown_bits = min(self.rate_bps * elapsed_s, self.left_bits)
        self.left_bits -= flown_bits
        self.pass_bits += flown_bits
        self.transfer.tally.airtime_s += elapsed_s * self.on_air if self.rate_bps > 0.0 else 0.0
        if flown_bits > self.rounding_bits:
            self.spoiled = [old or new for old, new in zip(self.spoiled, self.outage, strict=True)]

    @property
    def rounding_bits(self) -> float:
        """What may be left of a packet that has flown."""
        return self.pass_bits * (1.0 - WHOLE)

    @property
    def has_flown(self) -> bool:
        """Whether only rounding is left of the present packet: a change of rates must not hold it back."""
        return self.left_bits <= self.rounding_bits

    def packet_ends(self) -> None:
        """The present packet has flown and meets its fate at every receiver."""
        packet, transfer = self.queue.pop(0), self.transfer
        transfer.tally.sent_bits += transfer.bits[packet]
        losses = transfer.losses(self.fates, self.flights[packet])[:, packet]
        for receiver, lost in enumerate(losses.tolist()):
            _settle(transfer, receiver, packet, lost=self.spoiled[receiver] or lost)
        self._next_packet()

    def _next_packet(self) -> None:
        self.spoiled = [False] * len(self.transfer.links)
        self.left_bits = float(self.transfer.bits[self.queue[0]]) if self.queue else 0.0

    def pass_ends(self) -> bool:
        """All packets of a pass have flown: the transport names those of the next. False when there are none."""
        self._begin_pass()
        return bool(self.queue)

    def _begin_pass(self) -> None:
        again, new = np.array([self._flies_again(p) for p in range(len(self.flights))]), np.array(self.flights) == 0
        self.queue, self.pass_bits = self.transfer.transport.next_pass(again, new).tolist(), 0.0
        for packet in self.queue:
            self.flights[packet] += 1
        self.transfer.tally.attempts = max(self.flights)
        self._next_packet()

    def _flies_again(self, packet: int) -> bool:
        if self.flights[packet] == 0 or self.transfer.arrived[:, packet].all():
            return False
        alone = np.arange(len(self.flights)) == packet
        return bool(self.transfer.transport.resend(alone, self.flights[packet])[packet])

    def stop(self, cause: str) -> None:
        """The transfer is cut; a packet of which only rounding is left has flown, one on the air is lost."""
        if self.left_bits <= self.rounding_bits:
            self.packet_ends()
        transfer = self.transfer
        transfer.cause = cause
        on_air_bits = transfer.bits[self.queue[0]] - self.left_bits if self.queue else 0.0
        transfer.tally.sent_bits += on_air_bits
        for receiver in range(len(transfer.links)):
            transfer.lost_bits[receiver] += on_air_bits
            if not transfer.transport.keeps_partial and not transfer.arrived[receiver].all():
                _forget(transfer, receiver)


def _weights(flights: list[_Flight]) -> NDArray[np.float64]:
    return np.array([flight.transfer.weight for flight in flights])


def _settle(transfer: Transfer, receiver: int, packet: int, *, lost: bool) -> None:
    if transfer.arrived[receiver, packet]:
        transfer.repeated_bits[receiver] += transfer.bits[packet]
        return
    transfer.packets_sent[receiver] += 1
    transfer.packets_lost[receiver] += lost
    transfer.lost_bits[receiver] += transfer.bits[packet] if lost else 0.0
    transfer.arrived[receiver, packet] = not lost


def _forget(transfer: Transfer, receiver: int) -> None:
    transfer.lost_bits[receiver] += transfer.bits[transfer.arrived[receiver]].sum()
    transfer.arrived[receiver] = False


class ReferenceMedium:
    """What `Medium` is, one packet at a time. For tests and small scenarios."""

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
        self._flights: dict[str, _Flight] = {}
        self._patience = Patience(channel.paths.coherence_s)
        self._booked_s = env.now
        self._block = 0
        self._closed = False
        self._change_s = math.inf
        self._generation = 0

    def start(self, transfer: Transfer) -> simpy.Event:
        """Put a transfer on the air now. The event's value is {device: Delivery}."""
        self._records.started(transfer)
        self._book()
        flight = _Flight(transfer=transfer, done=self._env.event(), fates=self._fates)
        self._flights[transfer.name] = flight
        if self._band.is_down(self._env.now) and not transfer.transport.survives_outage:
            return self.cut(transfer.name, "outage")
        self._patience.renew()
        self._replan_soon()
        return flight.done

    def cut(self, name: str, cause: str = "round") -> simpy.Event:
        """Stop a transfer now; its event, already triggered, is returned. What it leaves is up to the transport."""
        self._book()
        flight = self._flights[name]
        flight.stop(cause)
        self._finish(flight)
        self._replan_soon()
        return flight.done

    def fail(self, cause: str) -> None:
        """Stop every transfer now that does not survive an outage of the station. The others go on when they can."""
        for flight in self._in_order():
            if not flight.transfer.transport.survives_outage:
                self.cut(flight.transfer.name, cause)

    def set_noise_rise(self, rise: NDArray[np.float64]) -> None:
        """Interference raises the noise of each link [links] by a linear factor >= 1 from now on."""
        self._book()
        self.channel.set_noise_rise(rise)
        self._replan_soon()

    def free_share(self, now_s: float) -> float:
        """The fraction of the band in [0, 1] that foreign traffic leaves now."""
        return self._band.free_share(now_s)

    def idle_reason(self) -> str | None:
        """Why transfers on the air will never end, or None. Asked when no event is left."""
        return self._records.idle_reason(self._flights, self._patience)

    def _replan_soon(self) -> None:
        # Transfers that start at the same time are planned together, when all of them have started.
        self._generation += 1
        self._env.timeout(0.0, value=self._generation).callbacks.append(self._on_replan)

    def _on_replan(self, event: simpy.Event) -> None:
        if event.value != self._generation:
            return
        if self._flights:
            self._replan()
        else:
            self._news.tell(self.on_shares)

    def _replan(self) -> None:
        """Divide the band, set every rate, and the time until which both hold."""
        flights, now_s = self._in_order(), self._env.now
        division, transfers = self._band.divide(now_s, _weights(flights)), [flight.transfer for flight in flights]
        self._records.shared(transfers, division)
        self._closed = division.is_closed
        (self._stand_still if self._closed else self._set_rates)(flights, division)
        if self._patience.given_up is None:
            self._schedule()
        self._news.tell(self.on_shares, transfers, division.shares_hz.tolist())

    def _stand_still(self, flights: list[_Flight], division: Division) -> None:
        """Foreign traffic takes the whole band: nothing flies, no block is met, and their boundaries are no events."""
        for flight in flights:
            flight.rate_bps = 0.0
        self._change_s = division.until_s
        self._patience.pause(self._env.now, is_outage=division.is_down)

    def _set_rates(self, flights: list[_Flight], division: Division) -> None:
        blocks = self._blocks(self._env.now)
        other_s = self.channel.next_change_s(self._env.now)
        self._block, self._change_s = blocks.own, min(blocks.until_s, division.until_s, other_s)
        shares_hz = self._shares_now(flights, division, blocks)
        on_air = self._band.on_air(shares_hz)
        for place, flight in enumerate(flights):
            flight.on_air = float(on_air[place])
            self._set_rate(flight, float(shares_hz[place]), float(division.snr_bands_hz[place]), blocks)
        if any(flight.rate_bps > 0.0 for flight in flights):
            self._patience.renew()
        else:
            self._patience.wait(self._env.now)

    def _shares_now(self, flights: list[_Flight], division: Division, blocks: _Blocks) -> NDArray[np.float64]:
        """The shares [transfers] of this coherence block."""
        if not self._band.access.by_block:
            return division.shares_hz
        merits = np.array(
            [[min(self._merit(link, blocks.known) for link in f.transfer.links.tolist())] for f in flights]
        )
        return self._band.divide_blocks(division, _weights(flights), merits)[:, 0]

    def _merit(self, link: int, block: int) -> float:
        gain = self.channel.gains(np.array([link]), np.array([block]))
        return float(self._band.access.merits(gain, self._heard_hz(link))[0, 0])

    def _heard_hz(self, link: int) -> NDArray[np.float64]:
        return np.array([self.channel.snr_hz[link] / self.channel.noise_rise[link]])

    def _blocks(self, now_s: float) -> _Blocks:
        coherence_s, age_s = self.channel.paths.coherence_s, self.channel.link.csi_age_s
        if coherence_s is None:
            return _Blocks(0, 0, math.inf)
        soon_s = now_s + _SLIVER * coherence_s
        own, known = interval_of(soon_s, coherence_s), interval_of(soon_s - age_s, coherence_s)
        return _Blocks(own, known, min((own + 1) * coherence_s, (known + 1) * coherence_s + age_s))

    def _set_rate(self, flight: _Flight, share_hz: float, band_hz: float, blocks: _Blocks) -> None:
        links, back_off = flight.transfer.links.tolist(), float(db_to_linear(-self.channel.link.margin_db))
        chosen = min(self._efficiency(link, band_hz, blocks.known, back_off, chosen=True) for link in links)
        efficiency = chosen if share_hz > 0.0 else 0.0
        flight.rate_bps = share_hz * efficiency if share_hz > 0.0 else 0.0
        flight.outage = [efficiency > self._efficiency(link, band_hz, blocks.own, 1.0, chosen=False) for link in links]
        flight.at_cap = bool(self.channel.link.at_cap(np.array([efficiency]))[0])

    def _efficiency(self, link: int, band_hz: float, block: int, back_off: float, *, chosen: bool) -> float:
        measured = self.channel.efficiency_at(link, band_hz, self._env.now, chosen=chosen)
        if measured is not None:
            return measured
        gain = self.channel.gains(np.array([link]), np.array([block]))[0, 0]
        snr = self._heard_hz(link) * gain / (self.channel.power_band_hz or band_hz)
        return float(self.channel.link.efficiency(snr * back_off)[0])

    def _schedule(self) -> None:
        """One event at whatever comes first: a packet's end or a change of rates."""
        now_s, flights = self._env.now, self._in_order()
        for flight in flights:
            flight.end_s = now_s + flight.left_bits / flight.rate_bps if flight.rate_bps > 0.0 else math.inf
        wake_s = min([self._change_s, *(flight.end_s for flight in flights)])
        if math.isfinite(wake_s):
            self._generation += 1
            timeout = self._env.timeout(max(wake_s - now_s, 0.0), value=(self._generation, wake_s))
            timeout.callbacks.append(self._on_wake)

    def _on_wake(self, event: simpy.Event) -> None:
        generation, wake_s = event.value
        if generation != self._generation:
            return
        self._book()
        ended = [flight for flight in self._in_order() if flight.end_s <= wake_s or flight.has_flown]
        passes = [self._packet_ends(flight) for flight in ended]
        if any(passes):
            self._replan_soon()
        elif wake_s >= self._change_s:
            self._replan()
        else:
            self._schedule()

    def _packet_ends(self, flight: _Flight) -> bool:
        """Whether the packet was the last of its pass."""
        flight.packet_ends()
        if flight.queue:
            return False
        if not flight.pass_ends():
            self._finish(flight)
        return True

    def _book(self) -> None:
        elapsed_s, self._booked_s = self._env.now - self._booked_s, self._env.now
        if elapsed_s <= 0.0:
            return
        for flight in self._in_order():
            flight.fly(elapsed_s)
            if not self._closed:
                self._count_block(flight)

    def _count_block(self, flight: _Flight) -> None:
        """Every coherence block counts once, as its first stretch was."""
        transfer, coherence_s = flight.transfer, self.channel.paths.coherence_s or 0.0
        inside_s = self._env.now - self._block * coherence_s
        if self._block <= transfer.last_block or inside_s <= _SLIVER * coherence_s:
            return
        transfer.last_block = self._block
        transfer.tally.blocks += 1
        transfer.tally.blocks_at_cap += flight.at_cap
        transfer.tally.blocks_at_zero += flight.rate_bps == 0.0
        self._records.gains(transfer, np.array([self._block]))

    def _in_order(self) -> list[_Flight]:
        return [self._flights[name] for name in sorted(self._flights)]

    def _finish(self, flight: _Flight) -> None:
        del self._flights[flight.transfer.name]
        flight.done.succeed(self._records.ended(flight.transfer))
