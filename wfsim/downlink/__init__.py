"""Slot `downlink`: how the global adapter gets to the cohort.

A device holds the newest value it has received of every entry; the initial adapter (version 0) is installed with the
model. So an entry lost on the downlink is a stale entry: the device trains from the last value it knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import simpy
from pydantic import Field

from wfsim.compress import Codec
from wfsim.compress.dense import Dense
from wfsim.part import Part, load_folder
from wfsim.radio.engines import PacketEngine
from wfsim.radio.packets import Packets
from wfsim.radio.transport import Transport
from wfsim.radio.transport.reliable import Reliable


@dataclass(frozen=True, kw_only=True)
class DownlinkAir:
    """What a download needs of the radio. `links` gives a device's index in the channel; `suffix` ends the names of
    transfers to several devices, so that those of several stations differ."""

    env: simpy.Environment
    medium: PacketEngine
    packets: Packets
    links: Mapping[str, int]
    suffix: str = ""


class Downlink(Part, slot="downlink"):
    """Says which devices of a station share a transfer of the encoded global adapter."""

    shared: ClassVar[bool] = False

    codec: Codec = Field(Dense(values="fp32"), description="encoding of the global adapter")
    transport: Transport = Field(Reliable(), description="what happens to lost packets")

    def transfer_name(self, wave: int | str, device: str) -> str:
        """The transfer that serves a device; of kinds that share it, without the air's suffix."""
        raise NotImplementedError(type(self).__name__)

    def groups(self, air: DownlinkAir, wave: int | str, devices: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The devices of one station that each transfer serves, by its name."""
        suffix, groups = air.suffix if self.shared else "", dict[str, list[str]]()
        for device in devices:
            groups.setdefault(f"{self.transfer_name(wave, device)}{suffix}", []).append(device)
        return {name: tuple(members) for name, members in groups.items()}


load_folder(__name__, list(__path__))
