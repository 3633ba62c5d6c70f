"""Slot `downlink`: how the global adapter gets to the cohort.

A device holds the newest value it has received of every entry; the initial adapter (version 0) is installed with the
model. So an entry lost on the downlink is a stale entry: the device trains from the last value it knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import simpy
from pydantic import Field

from wfsim.compress import Codec
from wfsim.compress.dense import Dense
from wfsim.messages import Plan
from wfsim.part import Part, load_folder
from wfsim.radio.engines import PacketEngine
from wfsim.radio.packets import Packets
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport import Transport
from wfsim.radio.transport.reliable import Reliable


@dataclass(frozen=True, kw_only=True)
class DownlinkAir:
    """What a download needs of the radio. `links` gives a device's index in the channel."""

    env: simpy.Environment
    medium: PacketEngine
    packets: Packets
    links: Mapping[str, int]


class Downlink(Part, slot="downlink"):
    """Puts the encoded global adapter on the air for a cohort."""

    codec: Codec = Field(Dense(values="fp32"), description="encoding of the global adapter")
    transport: Transport = Field(Reliable(), description="what happens to lost packets")

    def send(self, air: DownlinkAir, round_number: int, cohort: Sequence[str], plan: Plan) -> dict[str, simpy.Event]:
        """Start the download now: transfer name -> event whose value is {device: Delivery}."""
        return {t.name: air.medium.start(t) for t in self._transfers(air, round_number, cohort, plan)}

    def transfer_name(self, round_number: int, device: str) -> str:
        """The transfer that serves a device."""
        raise NotImplementedError(type(self).__name__)

    def _transfers(self, air: DownlinkAir, round_number: int, cohort: Sequence[str], plan: Plan) -> list[Transfer]:
        groups: dict[str, list[str]] = {}
        for device in cohort:
            groups.setdefault(self.transfer_name(round_number, device), []).append(device)
        return [
            self._transfer(air, name, devices, len(devices) / len(cohort), plan) for name, devices in groups.items()
        ]

    def _transfer(self, air: DownlinkAir, name: str, devices: Sequence[str], weight: float, plan: Plan) -> Transfer:
        return Transfer(
            name=name,
            devices=tuple(devices),
            links=np.array([air.links[device] for device in devices]),
            weight=weight,
            bits=air.packets.packet_bits(plan.fragment_bytes),
            transport=self.transport,
            start_s=air.env.now,
            purpose="model",
        )


load_folder(__name__, list(__path__))
