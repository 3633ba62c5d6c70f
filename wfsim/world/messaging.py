"""Small messages of the control plane: requests, grants and acknowledgements fly as packets and cost what they cost.

They are protocol headers and a few numbers, so their sizes follow from what they say; transport is reliable.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import simpy

from wfsim.messages import Assignment, Delivery
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport.reliable import Reliable
from wfsim.world.cell import Cell
from wfsim.world.passage import Shipment, carry_up, send_down
from wfsim.world.world import World

_CSI_BYTES = 1  # quarter decibels over 64 dB
_SCORE_BYTES = 2  # binary16
_GRANT_BYTES = 5  # device 2, ranks 1, share of the band 2

Sending = Generator[simpy.Event, object, Delivery | None]


def request_bytes(scores: int) -> int:
    """A request that carries this many scores."""
    return _CSI_BYTES + _SCORE_BYTES * scores


def send_request(world: World, assignment: Assignment, scores: int, weight: float) -> Sending:
    """Ends with the delivery, or with None if the device was stopped meanwhile."""
    device, cell = assignment.device, world.home[assignment.device]
    transfer = Transfer(
        name=f"ask/{assignment.label}",
        devices=(device,),
        links=np.array([cell.up.links[device]]),
        weight=weight,
        bits=cell.up.packets.packet_bits([request_bytes(scores)]),
        transport=Reliable(),
        start_s=world.env.now,
        purpose="request",
    )
    done = cell.up.medium.start(transfer)
    try:
        yield done
    except simpy.Interrupt as interrupt:
        if not done.triggered:
            cell.up.medium.cut(transfer.name, str(interrupt.cause))
        return None
    delivery = yield from carry_up(world, cell, done.value[device], transfer.bits, "request", transfer.transport)
    return delivery if delivery.arrived.all() else None


def send_grants(world: World, cell: Cell, name: str, devices: Sequence[str]) -> simpy.Event:
    """One broadcast to all devices of a cell that are answered; fires when all have it."""
    shipment = _shipment(cell, f"grant/{name}{cell.down.suffix}", devices, _GRANT_BYTES * len(devices), "grant")
    return _send(world, cell, shipment)


def send_acknowledgement(world: World, assignment: Assignment, fragments: int) -> simpy.Event:
    """One bit per fragment of an upload."""
    device, size = assignment.device, -(-fragments // 8)
    cell = world.home[device]
    return _send(world, cell, _shipment(cell, f"ack/{assignment.label}", [device], size, "acknowledgement"))


def cut_messages(world: World) -> None:
    """The run is over: what still flies is stopped."""
    for descent in list(world.floor.messages.values()):
        descent.cut("end")


def _send(world: World, cell: Cell, shipment: Shipment) -> simpy.Event:
    descent = send_down(world, cell, shipment)
    world.floor.messages[shipment.name] = descent
    descent.done.callbacks.append(lambda _: world.floor.messages.pop(shipment.name, None))
    return descent.done


def _shipment(cell: Cell, name: str, devices: Sequence[str], size_bytes: int, purpose: str) -> Shipment:
    return Shipment(
        name=name,
        purpose=purpose,
        devices=tuple(devices),
        bits=cell.down.packets.packet_bits([size_bytes]),
        weight=1.0,
        transport=Reliable(),
    )
