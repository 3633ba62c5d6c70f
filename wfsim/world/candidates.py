"""What the server knows of its devices before a round, and a device of its channel when it asks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wfsim.messages import Candidate
from wfsim.units import linear_to_db
from wfsim.world.cell import Cell, by_cell
from wfsim.world.world import World


def candidates_among(world: World, devices: Sequence[str]) -> list[Candidate]:
    """These devices as known now, in their order."""
    known: dict[str, float] = {}
    for cell, members in by_cell(world.home, devices).values():
        known |= dict(zip(members, _snr_db(cell, members, world.env.now), strict=True))
    return [_candidate(world, device, known[device]) for device in devices]


def snr_db_at(world: World, device: str, t_s: float) -> float:
    """The device's uplink SNR over the whole band at `t_s`, fading included; minus infinity without a signal."""
    cell = world.home[device]
    return _snr_db(cell, [device], t_s + cell.radio.link.csi_age_s)[0]


def _candidate(world: World, device: str, snr_db: float) -> Candidate:
    history = world.ledger.of(device)
    speed = world.flops_per_s[device]
    return Candidate(
        device=device,
        mean_snr_db=world.mean_snr_db[device],
        snr_db=snr_db,
        upload_bits=world.home[device].upload_bits,
        examples=world.workload.examples(device),
        compute_s=world.workload.flops(device) / speed,
        age_rounds=world.ledger.age_rounds(device),
        turns=history.turns,
        energy_j=history.energy_j,
        last_turn_s=history.last_turn_s,
        last_loss=history.last_loss,
        held=history.held,
    )


def _snr_db(cell: Cell, devices: Sequence[str], known_at_s: float) -> list[float]:
    """With the fading of `csi_age_s` before."""
    channel, links = cell.up.medium.channel, np.array([cell.up.links[device] for device in devices])
    gains = channel.known_gains(links, known_at_s) / channel.noise_rise[links]
    snr = channel.snr_hz[links] * gains / cell.radio.bandwidth_hz
    with np.errstate(divide="ignore"):
        return linear_to_db(snr).tolist()
