"""Wi-Fi stations that contend for the channel."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.access import TimeDivision
from wfsim.units import BITS_PER_BYTE

_HALVINGS = 60  # of the interval of collision probabilities: to the last bit


class Contention(NamedTuple):
    """Saturated stations: a frame's collision probability, the fraction of time in which payload of all of them flies,
    and that in which one of them radiates."""

    collision: float
    throughput: float
    on_air: float


class WifiDcf(TimeDivision, kind="wifi_dcf"):
    """IEEE 802.11 distributed coordination: each of n active transfers gets S(n)/n of the band, whatever its weight.

    S is the saturation throughput of Bianchi 2000 (IEEE JSAC 18(3)) normalised by the nominal rate: tau =
    2 / (1 + W + p W sum_{i<m} (2p)^i), p = 1 - (1 - tau)^(n-1), S = Ps Ptr E[P] / E[slot]. Its decoupling is good to
    about 1 %. Valid for stations in range of each other that always have a frame, with an ideal channel; a modem at
    another rate keeps its part of the time. Directions contend apart. Defaults: OFDM in 20 MHz (802.11a/g).
    """

    slot_s: float = Field(9e-6, gt=0.0, description="empty slot, s")
    sifs_s: float = Field(16e-6, ge=0.0, description="short interframe space, s")
    difs_s: float = Field(34e-6, gt=0.0, description="DCF interframe space, s")
    delay_s: float = Field(1e-6, ge=0.0, description="propagation delay, s")
    phy_s: float = Field(20e-6, ge=0.0, description="PHY header of every frame, s")
    mac_bits: int = Field(272, ge=0, description="MAC header of a data frame, bits")
    ack_bits: int = Field(112, ge=0, description="acknowledgement, bits")
    payload_bits: int = Field(1500 * BITS_PER_BYTE, gt=0, description="payload of a data frame, bits")
    nominal_bps: float = Field(24e6, gt=0.0, description="rate at which frames are timed, bit/s")
    min_window: int = Field(16, ge=1, description="smallest contention window W, slots")
    stages: int = Field(6, ge=0, le=30, description="doublings m of the window")
    rts_cts: bool = Field(False, description="reserve the channel with RTS (160 bits) and CTS (112 bits)")

    def divide(self, band_hz: float, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        stations = len(weights)
        return np.full(stations, band_hz * self.contention(stations).throughput / max(stations, 1))

    def on_air(self, band_hz: float, shares_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        """Headers and collisions included; less where foreign traffic takes a part of the time."""
        state, stations = self.contention(len(shares_hz)), len(shares_hz)
        return np.minimum(shares_hz / (band_hz * state.throughput / stations) * state.on_air, 1.0)

    def contention(self, stations: int) -> Contention:
        """What `stations` saturated stations do, at least one."""
        return _contention(self, max(stations, 1))

    def frame_s(self, bits: int) -> float:
        """How long a frame of so many bits flies, PHY header included, s."""
        return self.phy_s + bits / self.nominal_bps

    def data_s(self) -> float:
        """How long a data frame flies, s."""
        return self.frame_s(self.mac_bits + self.payload_bits)

    def reservation_s(self) -> float:
        """From the start of an RTS to that of its data frame, s; 0 without one."""
        return self.frame_s(160) + self.frame_s(112) + 2.0 * (self.sifs_s + self.delay_s) if self.rts_cts else 0.0

    def success_s(self) -> float:
        """How long the channel is busy with a frame that succeeds, s."""
        answer_s = self.sifs_s + self.frame_s(self.ack_bits) + self.difs_s + 2.0 * self.delay_s
        return self.reservation_s() + self.data_s() + answer_s

    def collision_s(self) -> float:
        """How long it is busy with a collision, s."""
        return (self.frame_s(160) if self.rts_cts else self.data_s()) + self.difs_s + self.delay_s


@lru_cache(maxsize=4096)
def _contention(dcf: WifiDcf, stations: int) -> Contention:
    collision = _collision(dcf, stations)
    tau = _attempts(dcf, collision)
    some = 1.0 - (1.0 - tau) ** stations
    success = stations * tau * (1.0 - tau) ** (stations - 1)
    mean_s = (1.0 - some) * dcf.slot_s + success * dcf.success_s() + (some - success) * dcf.collision_s()
    request_s = dcf.frame_s(160) if dcf.rts_cts else 0.0
    sent_s = request_s + dcf.data_s() * (1.0 - collision if dcf.rts_cts else 1.0)
    return Contention(
        collision=collision,
        throughput=success * dcf.payload_bits / dcf.nominal_bps / mean_s,
        on_air=tau * sent_s / mean_s,
    )


def _attempts(dcf: WifiDcf, collision: float) -> float:
    """tau: how likely a station sends in a slot, at this collision probability."""
    doublings = sum((2.0 * collision) ** stage for stage in range(dcf.stages))
    return 2.0 / (1.0 + dcf.min_window + collision * dcf.min_window * doublings)


def _collision(dcf: WifiDcf, stations: int) -> float:
    """The fixed point p = 1 - (1 - tau(p))^(n-1), which is unique: the right side falls in p."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        above = 1.0 - (1.0 - _attempts(dcf, middle)) ** (stations - 1) > middle
        low, high = (middle, high) if above else (low, middle)
    return low
