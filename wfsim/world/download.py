"""A version on its way to a cohort, wherever its members are."""

from __future__ import annotations

from collections.abc import Sequence

import simpy

from wfsim.messages import Plan
from wfsim.world.cell import Cell, by_cell
from wfsim.world.passage import Descent, Shipment, send_down, send_down_to_all
from wfsim.world.world import World


def send_model(world: World, wave: int | str, devices: Sequence[str]) -> dict[str, simpy.Event]:
    """Send the global adapter to these devices; the event of each device's transfer, whose value is {device: Delivery}.

    Kinds that share a transfer cross the fixed network once, whatever the number of stations.
    """
    shared: list[tuple[Cell, Shipment]] = []
    descents: list[Descent] = []
    cells = by_cell(world.home, devices)
    together = [device for cell, members in cells.values() if cell.radio.downlink.shared for device in members]
    common = world.federation.send(together)
    for cell, members in cells.values():
        for shipment in _shipments(world, cell, wave, members, common):
            if cell.radio.downlink.shared:
                shared.append((cell, shipment))
            else:
                descents.append(send_down(world, cell, shipment))
    descents += send_down_to_all(world, shared, f"down/{wave}{world.suffix}")
    world.floor.downloads |= {descent.name: descent for descent in descents}
    world.floor.listening |= {device: descent for descent in descents for device in descent.devices}
    return {device: world.floor.listening[device].done for device in devices}


def cut_downloads(world: World, cause: str) -> None:
    """Stop every version on its way: nobody waits for it."""
    for descent in world.floor.downloads.values():
        descent.cut(cause)
    world.floor.downloads = {}


def _shipments(world: World, cell: Cell, wave: int | str, members: Sequence[str], common: Plan) -> list[Shipment]:
    """`common` is what a shared transfer carries; the others carry what their own devices need."""
    downlink = cell.radio.downlink
    return [
        Shipment(
            name=name,
            purpose="model",
            devices=devices,
            bits=cell.down.packets.packet_bits(
                (common if downlink.shared else world.federation.send(devices)).fragment_bytes
            ),
            weight=len(devices) / len(members),
            transport=downlink.transport,
        )
        for name, devices in downlink.groups(cell.down, wave, members).items()
    ]
