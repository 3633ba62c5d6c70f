"""Slot `uplink`: how updates get from devices to the server."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import simpy

from wfsim.messages import Delivery, Grant, Plan
from wfsim.part import Part, load_folder
from wfsim.radio.engines import PacketEngine
from wfsim.radio.packets import Packets
from wfsim.radio.transport import Transport


@dataclass(frozen=True, kw_only=True)
class UplinkAir:
    """What an upload needs of the radio. `links` gives a device's index in the channel."""

    env: simpy.Environment
    medium: PacketEngine
    packets: Packets
    transport: Transport
    links: Mapping[str, int]


class Uplink(Part, slot="uplink"):
    """Carries planned updates through the medium."""

    def send(self, air: UplinkAir, name: str, plan: Plan, grant: Grant) -> Generator[simpy.Event, object, Delivery]:
        """A process that ends with what was delivered to the station; interrupting it cuts the upload, for the cause
        that the interrupt names. `name` is the transfer's."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
