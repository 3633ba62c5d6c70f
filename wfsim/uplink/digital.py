"""Encoded fragments in packets."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import simpy

from wfsim.messages import Delivery, Grant, Plan
from wfsim.radio.transfer import Transfer
from wfsim.uplink import Uplink, UplinkAir


class Digital(Uplink, kind="digital"):
    """One fragment per packet, each device in its own share of the band: the packets that arrive decide what does."""

    def send(self, air: UplinkAir, name: str, plan: Plan, grant: Grant) -> Generator[simpy.Event, object, Delivery]:
        transfer = Transfer(
            name=name,
            devices=(grant.device,),
            links=np.array([air.links[grant.device]]),
            weight=grant.band_weight,
            bits=air.packets.packet_bits(plan.fragment_bytes),
            transport=air.transport,
            start_s=air.env.now,
        )
        done = air.medium.start(transfer)
        try:
            yield done
        except simpy.Interrupt as interrupt:
            done = done if done.triggered else air.medium.cut(transfer.name, str(interrupt.cause))
        return done.value[grant.device]
