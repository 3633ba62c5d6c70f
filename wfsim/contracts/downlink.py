"""What every downlink promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.contracts.air import Air, build_air
from wfsim.downlink import Downlink, DownlinkAir
from wfsim.messages import Delivery, Plan
from wfsim.radio.packets import Packets
from wfsim.radio.transfer import Transfer

_PLAN = Plan(fragment_bytes=(1472, 1472, 100), fragment_entries=(360, 360, 20))
_HEADER_BITS = 3 * 28 * 8


def check_everybody_gets_the_whole_plan(downlink: Downlink) -> None:
    """Despite a residual loss of 0.3, for the default transport is reliable; and nobody else gets anything."""
    for cohort in (["d1"], ["d0", "d2"], ["d0", "d1", "d2"]):
        air, deliveries = _download(downlink, cohort, residual_loss=0.3)
        ended = {line["device"]: line for line in air.lines if line["type"] == "transfer_ended"}
        require_equal(sorted(ended), cohort, "the devices whose download ended")
        for device, delivery in deliveries.items():
            require_equal(delivery.arrived.tolist(), [True] * 3, f"which fragments arrived at {device}")
            delivered_bits = ended[device]["delivered_bits"]
            require_equal(delivered_bits, _PLAN.size_bits + _HEADER_BITS, f"the bits delivered to {device}")


def check_the_order_of_the_cohort_changes_no_delivery(downlink: Downlink) -> None:
    """Nobody's end moves."""
    there = _ends_s(downlink, ["d0", "d1", "d2"])
    require_equal(_ends_s(downlink, ["d2", "d0", "d1"]), there, "when the same cohort, in another order, has it")


def check_rounds_have_their_own_packet_fates(downlink: Downlink) -> None:
    """The name of a transfer is the address of its losses."""
    names = downlink.transfer_name(4, "d0"), downlink.transfer_name(5, "d0")
    require(names[0] != names[1], f"rounds 4 and 5 have one transfer, {names[0]}")


def check_the_band_is_not_over_allocated(downlink: Downlink) -> None:
    """Shares sum to at most the band at every moment."""
    air, _ = _download(downlink, ["d0", "d1", "d2"])
    for line in air.lines:
        if line["type"] == "band_shared":
            total_hz = sum(line["shares_hz"].values())
            require(total_hz <= line["band_hz"] * (1.0 + 1e-12), f"{total_hz:g} Hz of {line['band_hz']:g} Hz are given")


def _ends_s(downlink: Downlink, cohort: Sequence[str]) -> dict[str, float]:
    _, deliveries = _download(downlink, cohort, residual_loss=0.3)
    return {name: delivery.end_s for name, delivery in deliveries.items()}


def _download(downlink: Downlink, cohort: Sequence[str], **link: Any) -> tuple[Air, dict[str, Delivery]]:
    air = build_air([1e6, 1e7, 1e8], link={"kind": "shannon", **link})
    down = DownlinkAir(env=air.env, medium=air.medium, packets=Packets(), links={f"d{n}": n for n in range(3)})
    groups = downlink.groups(down, 4, cohort)
    events = {name: air.medium.start(_transfer(downlink, down, name, members)) for name, members in groups.items()}
    air.run()
    return air, {device: events[name].value[device] for name, members in groups.items() for device in members}


def _transfer(downlink: Downlink, down: DownlinkAir, name: str, members: Sequence[str]) -> Transfer:
    return Transfer(
        name=name,
        devices=tuple(members),
        links=np.array([down.links[device] for device in members]),
        weight=len(members) / len(down.links),
        bits=down.packets.packet_bits(_PLAN.fragment_bytes),
        transport=downlink.transport,
        start_s=down.env.now,
        purpose="model",
    )
