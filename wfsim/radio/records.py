"""What one direction of the air writes in the journal, whichever engine flies its transfers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import simpy
from numpy.typing import NDArray

from wfsim import trace
from wfsim.messages import Delivery
from wfsim.radio.band import Division
from wfsim.radio.channel import Channel
from wfsim.radio.patience import Patience
from wfsim.radio.transfer import Transfer


@dataclass(kw_only=True, eq=False)
class AirRecords:
    """Writes records of a station's transfers in one direction (`up` or `down`) at the clock's time.

    `energy_j` gives the joules of one device's airtime in s. Single gains are written under `trace_gains`, divisions of
    the band under `trace_bands`.
    """

    env: simpy.Environment
    journal: trace.Journal
    direction: str
    station: str
    channel: Channel
    energy_j: Callable[[float], float]
    trace_gains: bool
    trace_bands: bool = True
    _shared: tuple[dict[str, float], float] | None = None
    _seen_blocks: dict[str, int] = field(default_factory=dict)

    def started(self, transfer: Transfer) -> None:
        """A transfer begins to fly."""
        self.journal.write(
            trace.TransferStarted(
                t_s=self.env.now,
                transfer=transfer.name,
                purpose=transfer.purpose,
                direction=self.direction,
                devices=list(transfer.devices),
                packets=len(transfer.bits),
                offered_bits=int(transfer.total_bits),
            )
        )

    def shared(self, transfers: Sequence[Transfer], division: Division) -> None:
        """The band was divided; a new pass or window that leaves the division as it was is no record."""
        if not self.trace_bands:
            return
        shares_hz = {t.name: float(share) for t, share in zip(transfers, division.shares_hz, strict=True)}
        if (shares_hz, division.background_hz) == self._shared:
            return
        self._shared = (shares_hz, division.background_hz)
        self.journal.write(
            trace.BandShared(
                t_s=self.env.now,
                station=self.station,
                direction=self.direction,
                band_hz=division.total_hz,
                background_hz=division.background_hz,
                shares_hz=shares_hz,
            )
        )

    def ended(self, transfer: Transfer) -> dict[str, Delivery]:
        """A transfer is over: one record per device, and what each has got."""
        energy_j = self.energy_j(transfer.tally.airtime_s)
        for receiver in range(len(transfer.devices)):
            self.journal.write(self._ended(transfer, receiver, energy_j))
        return {
            device: transfer.delivery(receiver, self.env.now, energy_j)
            for receiver, device in enumerate(transfer.devices)
        }

    def _ended(self, transfer: Transfer, receiver: int, energy_j: float) -> trace.TransferEnded:
        tally, arrived = transfer.tally, transfer.arrived[receiver]
        lost = [] if np.count_nonzero(arrived) == len(arrived) else (~arrived).nonzero()[0].tolist()
        return trace.TransferEnded(
            t_s=self.env.now,
            transfer=transfer.name,
            purpose=transfer.purpose,
            direction=self.direction,
            device=transfer.devices[receiver],
            start_s=transfer.start_s,
            outcome="delivered" if not lost else "partial" if len(lost) < len(arrived) else "lost",
            cut=transfer.cause is not None,
            cause=transfer.cause,
            packets_sent=int(transfer.packets_sent[receiver]),
            packets_lost=int(transfer.packets_lost[receiver]),
            attempts=tally.attempts,
            sent_bits=tally.sent_bits,
            delivered_bits=float(transfer.bits[arrived].sum()) if lost else transfer.total_bits,
            lost_bits=float(transfer.lost_bits[receiver]),
            repeated_bits=float(transfer.repeated_bits[receiver]),
            undelivered_bits=float(transfer.bits[lost].sum()) if lost else 0.0,
            airtime_s=tally.airtime_s,
            energy_j=energy_j,
            lost=lost,
            blocks=tally.blocks,
            blocks_at_cap=tally.blocks_at_cap,
            blocks_at_zero=tally.blocks_at_zero,
        )

    def gains(self, transfer: Transfer, blocks: NDArray[np.int64]) -> None:
        """A transfer has met these coherence blocks, in rising order; every link's gain is written once per block."""
        if not self.trace_gains or not len(blocks):
            return
        for link, gains in zip(transfer.links, self.channel.gains(transfer.links, blocks), strict=True):
            name = self.channel.names[link]
            for block, gain in zip(blocks.tolist(), gains.tolist(), strict=True):
                if block > self._seen_blocks.get(name, -1):
                    self._seen_blocks[name] = block
                    self.journal.write(trace.ChannelGain(t_s=self.env.now, link=name, block=block, gain=gain))

    def idle_reason(self, names: Iterable[str], patience: Patience) -> str | None:
        """Why the transfers of these names will never end; None if there are none."""
        who, how_long = ", ".join(sorted(names)), f" in {patience.given_up} in a row" if patience.given_up else ""
        return f"{self.direction}link {who}: the rate is zero{how_long}" if who else None
