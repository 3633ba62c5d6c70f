"""A backhaul over satellites in low Earth orbit."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field, model_validator

from wfsim.rng import Streams
from wfsim.units import SPEED_OF_LIGHT_MPS
from wfsim.wired import Carrier, Hop
from wfsim.wired.names import link_name

EARTH_RADIUS_M = 6_371e3
EARTH_GM_M3_PER_S2 = 3.986004418e14
_POINTS = 1_001


class Leo(Hop, kind="leo"):
    """Bent pipe over one satellite after the other: delay of twice the slant range, an interruption at every handover.

    Slant range sqrt(Re^2 sin^2 a + h^2 + 2 h Re) - Re sin a at elevation a, Re = 6371 km (3GPP TR 38.811, 38.821).
    Simplified: circular orbits, the Earth stands still, every pass goes through the zenith from `min_elevation_deg` to
    `min_elevation_deg`, the next satellite takes over as one leaves, and the ground station stands beside the site.
    Pass k begins at (k - u) T with u uniform, drawn once per link, and the first `handover_s` of it carry nothing.
    """

    altitude_km: float = Field(550.0, ge=160.0, le=2000.0, description="altitude of the satellites, km")
    min_elevation_deg: float = Field(25.0, ge=0.0, lt=90.0, description="elevation at which satellites change, degrees")
    rate_bps: float = Field(20e6, gt=0.0, description="rate of each direction, bit/s")
    ground_delay_s: float = Field(0.0, ge=0.0, description="delay of scheduling and behind the ground station, s")
    handover_s: float = Field(0.1, ge=0.0, description="interruption at the beginning of every pass, s")

    @model_validator(mode="after")
    def _something_gets_across(self) -> Leo:
        if self.handover_s >= self.pass_s:
            raise ValueError(f"handover_s {self.handover_s:g} leaves nothing of a pass of {self.pass_s:.1f} s")
        return self

    def realise(self, streams: Streams, link: str, start_s: float) -> Carrier:
        """Both directions of a link see the same satellites."""
        phase = streams.generator("orbit", link_name(*link.split(">"))).random()
        return _Passes(self, phase)

    def expected_bps(self) -> float:
        return self.rate_bps * (1.0 - self.handover_s / self.pass_s)

    def expected_delay_s(self) -> float:
        middles_s = (np.arange(_POINTS) + 0.5) / _POINTS * self.pass_s
        return float(np.mean([self.delay_into_pass_s(at_s) for at_s in middles_s.tolist()]))

    @property
    def pass_s(self) -> float:
        """Length of a pass: 2 psi / w, psi = acos(Re cos a / (Re + h)) - a, w^2 = GM / (Re + h)^3."""
        return 2.0 * self._half_angle / self._angular_speed

    def delay_into_pass_s(self, at_s: float) -> float:
        """Delay `at_s` after the beginning of a pass: twice the slant range at that elevation, and the ground's."""
        angle = self._angular_speed * abs(at_s - 0.5 * self.pass_s)
        elevation = math.atan2(math.cos(angle) - EARTH_RADIUS_M / self._radius_m, math.sin(angle))
        slant_m = slant_range_m(1e3 * self.altitude_km, math.degrees(elevation))
        return self.ground_delay_s + 2.0 * slant_m / SPEED_OF_LIGHT_MPS

    @property
    def _radius_m(self) -> float:
        return EARTH_RADIUS_M + 1e3 * self.altitude_km

    @property
    def _angular_speed(self) -> float:
        return math.sqrt(EARTH_GM_M3_PER_S2 / self._radius_m**3)

    @property
    def _half_angle(self) -> float:
        elevation = math.radians(self.min_elevation_deg)
        return math.acos(EARTH_RADIUS_M / self._radius_m * math.cos(elevation)) - elevation


def slant_range_m(altitude_m: float, elevation_deg: float) -> float:
    """Distance in m to a satellite at an altitude in m above a round Earth of 6371 km."""
    sine = EARTH_RADIUS_M * math.sin(math.radians(elevation_deg))
    return math.sqrt(sine**2 + altitude_m**2 + 2.0 * altitude_m * EARTH_RADIUS_M) - sine


class _Passes:
    """The passes on the clock of the simulation: time without interruptions, times the rate."""

    def __init__(self, part: Leo, phase: float) -> None:
        self._part, self._pass_s = part, part.pass_s
        self._before_s = phase * self._pass_s
        self._useful_s = self._pass_s - part.handover_s

    def finish_s(self, start_s: float, bits: float) -> float:
        """The time at which the useful time since `start_s` is bits / rate."""
        useful_s = self._useful_until(start_s) + bits / self._part.rate_bps
        passes = math.ceil(useful_s / self._useful_s) - 1
        into_s = self._part.handover_s + useful_s - passes * self._useful_s
        return max(passes * self._pass_s + into_s - self._before_s, start_s)

    def bits_between(self, start_s: float, end_s: float) -> float:
        """Rate x useful time."""
        return self._part.rate_bps * (self._useful_until(end_s) - self._useful_until(start_s))

    def delay_s(self, t_s: float) -> float:
        """As far into the pass as `t_s` lies."""
        return self._part.delay_into_pass_s((t_s + self._before_s) % self._pass_s)

    def _useful_until(self, t_s: float) -> float:
        """Time outside interruptions since the beginning of the pass that lasts at t = 0."""
        passes, into_s = divmod(t_s + self._before_s, self._pass_s)
        return passes * self._useful_s + max(into_s - self._part.handover_s, 0.0)
