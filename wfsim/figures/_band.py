"""Who had how much of the band and at what rate, read from a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wfsim.results.rounds import PAYLOADS
from wfsim.trace.folding import Folding

Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Flight:
    """An update or a model as one device saw it fly. `rate_bps`: delivered bits with headers over its duration."""

    device: str
    start_s: float
    end_s: float
    rate_bps: float


@dataclass(frozen=True, kw_only=True)
class Division:
    """The band from `start_s` on: Hz of the receivers or senders of each transfer on the air, and of foreign traffic.

    Where nothing is on the air, a journal does not say what foreign traffic takes: `background_hz` is None.
    """

    start_s: float
    band_hz: float
    background_hz: float | None
    shares_hz: dict[tuple[str, ...], float]


@dataclass
class Air(Folding):
    """Folds journal lines of one direction (`up` or `down`) into flights and divisions, in order of time.

    Flights of all stations; divisions of the one that divides its band first, `station`. `stations` are all that do.
    """

    direction: str
    stations: dict[str, None] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)
    divisions: list[Division] = field(default_factory=list)
    _devices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _shares_hz: dict[str, float] = field(default_factory=dict)

    def __call__(self, line: Line) -> None:
        if line.get("direction") == self.direction:
            super().__call__(line)

    def broadcasts(self) -> bool:
        """Whether any transfer had several receivers."""
        return any(len(devices) > 1 for devices in self._devices.values())

    @property
    def station(self) -> str | None:
        """Whose band the divisions are; None where the journal holds no division."""
        return next(iter(self.stations), None)

    def _on_transfer_started(self, line: Line) -> None:
        self._devices[line["transfer"]] = tuple(line["devices"])

    def _on_band_shared(self, line: Line) -> None:
        self.stations[line["station"]] = None
        if line["station"] == self.station:
            self._shares_hz = dict(line["shares_hz"])
            self._divide(line["t_s"], line["band_hz"], line["background_hz"])

    def _on_transfer_ended(self, line: Line) -> None:
        duration_s = line["t_s"] - line["start_s"]
        if duration_s > 0.0 and line["purpose"] in PAYLOADS:
            rate_bps = line["delivered_bits"] / duration_s
            self.flights.append(
                Flight(device=line["device"], start_s=line["start_s"], end_s=line["t_s"], rate_bps=rate_bps)
            )
        if self._shares_hz.pop(line["transfer"], None) is not None and self.divisions:
            last = self.divisions[-1]
            self._divide(line["t_s"], last.band_hz, last.background_hz if self._shares_hz else None)

    def _divide(self, start_s: float, band_hz: float, background_hz: float | None) -> None:
        shares_hz = {self._devices[transfer]: share for transfer, share in self._shares_hz.items()}
        if self.divisions and self.divisions[-1].start_s == start_s:
            self.divisions.pop()  # of several changes at one instant the last one counts
        self.divisions.append(
            Division(start_s=start_s, band_hz=band_hz, background_hz=background_hz, shares_hz=shares_hz)
        )


def read_air(lines: Iterable[Line], direction: str) -> Air:
    """What a journal says of one direction."""
    air = Air(direction)
    for line in lines:
        air(line)
    return air
