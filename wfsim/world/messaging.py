"""Small messages of the control plane: requests, grants and acknowledgements fly as packets and cost what they cost.

They are protocol headers and a few numbers, so their sizes follow from what they say; transport is reliable.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import simpy

from wfsim.downlink import DownlinkAir
from wfsim.messages import Delivery
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport.reliable import Reliable
from wfsim.uplink import UplinkAir
from wfsim.world.world import World

_CSI_BYTES = 1  # quarter decibels over 64 dB
_SCORE_BYTES = 2  # binary16
_GRANT_BYTES = 5  # device 2, ranks 1, share of the band 2

Sending = Generator[simpy.Event, object, Delivery | None]


def request_bytes(scores: int) -> int:
    """A request that carries this many scores."""
    return _CSI_BYTES + _SCORE_BYTES * scores


def send_request(world: World, device: str, round_number: int, scores: int, weight: float) -> Sending:
    """Ends with the delivery, or with None if the device was stopped meanwhile."""
    transfer = _transfer(world.up, f"ask/{device}/{round_number}", [device], request_bytes(scores), "request", weight)
    done = world.up.medium.start(transfer)
    try:
        yield done
    except simpy.Interrupt:
        if not done.triggered:
            world.up.medium.cut(transfer.name)
        return None
    return done.value[device]


def send_grants(world: World, name: str, devices: Sequence[str]) -> simpy.Event:
    """One broadcast to all devices that are answered; fires when all have it."""
    transfer = _transfer(world.down, f"grant/{name}", devices, _GRANT_BYTES * len(devices), "grant", 1.0)
    return _start(world, transfer)


def send_acknowledgement(world: World, device: str, round_number: int, fragments: int) -> simpy.Event:
    """One bit per fragment of an upload."""
    size, name = -(-fragments // 8), f"ack/{device}/{round_number}"
    return _start(world, _transfer(world.down, name, [device], size, "acknowledgement", 1.0))


def cut_messages(world: World) -> None:
    """The run is over: what still flies is stopped."""
    for name, event in world.floor.messages.items():
        if not event.triggered:
            world.down.medium.cut(name)


def _start(world: World, transfer: Transfer) -> simpy.Event:
    done = world.down.medium.start(transfer)
    world.floor.messages[transfer.name] = done
    done.callbacks.append(lambda _: world.floor.messages.pop(transfer.name, None))
    return done


def _transfer(
    air: UplinkAir | DownlinkAir, name: str, devices: Sequence[str], size_bytes: int, purpose: str, weight: float
) -> Transfer:
    return Transfer(
        name=name,
        devices=tuple(devices),
        links=np.array([air.links[device] for device in devices]),
        weight=weight,
        bits=air.packets.packet_bits([size_bytes]),
        transport=Reliable(),
        start_s=air.env.now,
        purpose=purpose,
    )
