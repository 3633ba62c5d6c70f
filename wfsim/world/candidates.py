"""What the server knows of its devices before a round."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wfsim.messages import Candidate
from wfsim.units import linear_to_db
from wfsim.world.world import World


def candidates_among(world: World, devices: Sequence[str]) -> list[Candidate]:
    """These devices as known now, in their order."""
    upload_bits = float(world.up.packets.packet_bits(world.update_plan.fragment_bytes).sum())
    return [
        Candidate(device=device, mean_snr_db=world.mean_snr_db[device], snr_db=snr_db, upload_bits=upload_bits)
        for device, snr_db in zip(devices, _snr_db(world, devices), strict=True)
    ]


def _snr_db(world: World, devices: Sequence[str]) -> list[float]:
    links = np.array([world.up.links[device] for device in devices])
    channel, band_hz = world.up.medium.channel, world.scenario.radio.bandwidth_hz
    snr = channel.snr_hz[links] * channel.known_gains(links, world.env.now) / band_hz
    with np.errstate(divide="ignore"):
        return linear_to_db(snr).tolist()
