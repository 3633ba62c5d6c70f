"""A payload's passage between the server and devices: over the fixed network and over the air of a cell."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import simpy
from numpy.typing import NDArray

from wfsim.messages import Delivery
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport import Transport
from wfsim.wired.bundle import HopTransport
from wfsim.world.cell import Cell
from wfsim.world.world import World

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shipment:
    """What goes down to devices of one cell: `bits` [packets], headers included, and its part of the band."""

    name: str
    purpose: str
    devices: tuple[str, ...]
    bits: Array
    weight: float
    transport: Transport


class Descent:
    """A shipment on its way. `done` fires when it is over on the air; its value is {device: Delivery}.

    `arrival` fires when it has crossed the fixed network, there named `crossing`, with the mask of packets that got so
    far (None: the server stands at the station, and it is on the air at once).
    """

    def __init__(
        self, world: World, cell: Cell, shipment: Shipment, arrival: simpy.Event | None, crossing: str
    ) -> None:
        self._world, self._cell, self._shipment, self._crossing = world, cell, shipment, crossing
        self._present, self._on_air = np.ones(len(shipment.bits), dtype=bool), False
        if arrival is None:
            self.done = self._fly()
        else:
            self.done = world.env.event()
            arrival.callbacks.append(lambda event: self._reached(event.value.arrived))

    @property
    def name(self) -> str:
        """Of the transfer on the air."""
        return self._shipment.name

    @property
    def devices(self) -> tuple[str, ...]:
        """Whom it is for."""
        return self._shipment.devices

    def cut(self, cause: str) -> None:
        """Stop it wherever it is, unless it is over; `done` is triggered."""
        if self.done.triggered:
            return
        if not self._on_air:
            self._world.fixed.cut(self._crossing, cause, target=self._cell.station)
            self.done.succeed(self._nothing())
            return
        ended = self._cell.down.medium.cut(self._shipment.name, cause)
        if ended is not self.done:
            self._end(ended.value)

    def _reached(self, present: Mask) -> None:
        if self.done.triggered:
            return
        if not present.any():
            self.done.succeed(self._nothing())
            return
        self._present = present
        self._fly().callbacks.append(lambda event: self._end(event.value))

    def _fly(self) -> simpy.Event:
        self._on_air = True
        return self._cell.down.medium.start(self._transfer())

    def _transfer(self) -> Transfer:
        shipment, links = self._shipment, self._cell.down.links
        return Transfer(
            name=shipment.name,
            devices=shipment.devices,
            links=np.array([links[device] for device in shipment.devices]),
            weight=shipment.weight,
            bits=shipment.bits[self._present],
            transport=shipment.transport,
            start_s=self._world.env.now,
            purpose=shipment.purpose,
        )

    def _end(self, deliveries: Mapping[str, Delivery]) -> None:
        if not self.done.triggered:
            self.done.succeed({device: self._whole(each) for device, each in deliveries.items()})

    def _whole(self, delivery: Delivery) -> Delivery:
        """The delivery over all packets, those that the fixed network lost included."""
        if len(delivery.arrived) == len(self._present):
            return delivery
        arrived = np.zeros(len(self._present), dtype=bool)
        arrived[self._present] = delivery.arrived
        return replace(delivery, arrived=arrived)

    def _nothing(self) -> dict[str, Delivery]:
        return {device: nothing(self._world, self._shipment.name, self._present) for device in self._shipment.devices}


def nothing(world: World, name: str, packets: Sequence[object] | NDArray[np.generic]) -> Delivery:
    """The delivery of a payload of which nothing came."""
    return Delivery(
        transfer=name,
        start_s=world.env.now,
        end_s=world.env.now,
        sent_bits=0.0,
        attempts=0,
        energy_j=0.0,
        arrived=np.zeros(len(packets), dtype=bool),
    )


def send_down(world: World, cell: Cell, shipment: Shipment) -> Descent:
    """Send a payload to devices of one cell."""
    return Descent(world, cell, shipment, _crossing(world, cell, shipment), shipment.name)


def send_down_to_all(world: World, shipments: Sequence[tuple[Cell, Shipment]], name: str) -> list[Descent]:
    """Send the same payload to several cells: every link of the fixed network carries it once, or once for every
    transport and packet size among them."""
    alike: dict[tuple[HopTransport, bytes], list[tuple[Cell, Shipment]]] = {}
    for cell, shipment in shipments:
        alike.setdefault((hop_transport(shipment.transport), shipment.bits.tobytes()), []).append((cell, shipment))
    own = (name if not number else f"{name}+{number}" for number in range(len(alike)))
    return [each for group in alike.values() for each in _spread(world, group, next(own))]


def _spread(world: World, shipments: Sequence[tuple[Cell, Shipment]], name: str) -> list[Descent]:
    """Stations whose packets and transport are the same."""
    distant = tuple(dict.fromkeys(cell.station for cell, _ in shipments if cell.station != world.server))
    arrivals: Mapping[str, simpy.Event] = {}
    if distant:
        one = shipments[0][1]
        arrivals = world.fixed.spread(
            name=name,
            purpose=one.purpose,
            source=world.server,
            targets=distant,
            bits=one.bits,
            present=np.ones(len(one.bits), dtype=bool),
            transport=hop_transport(one.transport),
        )
    return [Descent(world, cell, shipment, arrivals.get(cell.station), name) for cell, shipment in shipments]


def _crossing(world: World, cell: Cell, shipment: Shipment) -> simpy.Event | None:
    if cell.station == world.server:
        return None
    return world.fixed.carry(
        name=shipment.name,
        purpose=shipment.purpose,
        source=world.server,
        target=cell.station,
        bits=shipment.bits,
        present=np.ones(len(shipment.bits), dtype=bool),
        transport=hop_transport(shipment.transport),
    )


def carry_up(
    world: World, cell: Cell, delivery: Delivery, bits: Array, purpose: str, transport: Transport
) -> Generator[simpy.Event, object, Delivery]:
    """What came through the air goes on to the server; interrupting it cuts it. Ends with what the server has got."""
    if cell.station == world.server or not np.count_nonzero(delivery.arrived):
        return delivery
    crossing = world.fixed.carry(
        name=delivery.transfer,
        purpose=purpose,
        source=cell.station,
        target=world.server,
        bits=bits,
        present=delivery.arrived,
        transport=hop_transport(transport),
    )
    try:
        yield crossing
    except simpy.Interrupt as interrupt:
        if not crossing.triggered:
            world.fixed.cut(delivery.transfer, str(interrupt.cause))
    return _passed_on(delivery, crossing.value.arrived, world.env.now)


def _passed_on(delivery: Delivery, arrived: Mask, end_s: float) -> Delivery:
    """What is left of a delivery further on; `replace` takes three times as long, and this happens in every turn."""
    return Delivery(
        transfer=delivery.transfer,
        start_s=delivery.start_s,
        end_s=end_s,
        sent_bits=delivery.sent_bits,
        attempts=delivery.attempts,
        energy_j=delivery.energy_j,
        arrived=arrived,
    )


@cache
def hop_transport(transport: Transport) -> HopTransport:
    """How a transport treats losses on the fixed network."""
    return HopTransport(
        repeats=transport.survives_outage,
        max_attempts=transport.max_flights,
        keeps_partial=transport.keeps_partial,
    )
