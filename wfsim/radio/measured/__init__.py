"""Slot `measured`: links that follow a measured rate or SNR. A new file here is a new kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wfsim.part import Part, load_folder
from wfsim.radio.channel import Channel
from wfsim.rng import Streams
from wfsim.units import noise_density_dbm_per_hz

Direction = Literal["up", "down"]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What turns levels into SNRs: the band of each direction, the receivers' noise, and the radiated powers."""

    bandwidth_hz: float
    noise_figure_db: float
    uplink_power_dbm: float
    downlink_power_dbm: float

    @property
    def noise_dbm_per_hz(self) -> float:
        """Noise density, dBm/Hz."""
        return noise_density_dbm_per_hz(self.noise_figure_db)


class MeasuredLink(Part, slot="measured"):
    """Replaces the rate, or mean SNR and fading, of links by what was measured."""

    def check(self, devices: Sequence[str]) -> None:
        """Read the files. Raises ScenarioError for one that is wrong, or where a named device is none of `devices`."""
        raise NotImplementedError(type(self).__name__)

    def channel(self, default: Channel, streams: Streams, direction: Direction, setting: Setting) -> Channel:
        """The links of one cell in one direction as measured; `default` itself where none of them follows a file."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
