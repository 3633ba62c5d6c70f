"""What every uplink promises."""

from __future__ import annotations

from collections.abc import Iterator

import simpy

from wfsim.contracts._require import require, require_equal
from wfsim.contracts.air import build_air
from wfsim.messages import Delivery, Grant, Plan
from wfsim.radio.packets import Packets
from wfsim.radio.transport import Transport
from wfsim.uplink import Uplink, UplinkAir

_PLAN = Plan(fragment_bytes=(1472, 1472, 100), fragment_entries=(360, 360, 20))


def check_an_upload_ends_with_what_was_delivered(uplink: Uplink) -> None:
    """Over a strong channel with a reliable transport: everything, after some time."""
    delivery = _upload(uplink)
    require_equal(delivery.arrived.tolist(), [True] * 3, "which fragments arrived")
    require(0.0 == delivery.start_s < delivery.end_s < 60.0, f"it ends at {delivery.end_s} s")


def check_closing_the_round_ends_the_upload_then(uplink: Uplink) -> None:
    """One packet of 12 kbit takes 6 ms at 2 Mbit/s."""
    delivery = _upload(uplink, close_s=0.0125, transport="unreliable")
    require_equal(delivery.end_s, 0.0125, "the end of an upload that is cut at 0.0125 s")
    require_equal(delivery.arrived.tolist(), [True, True, False], "which fragments arrived in 12.5 ms")


def check_closing_the_round_at_the_upload_s_last_moment_loses_nothing(uplink: Uplink) -> None:
    """A packet that ends exactly at the cut has flown."""
    end_s = _upload(uplink).end_s
    require(_upload(uplink, close_s=end_s).arrived.all(), "a cut at its very end loses fragments")


def check_a_round_that_closes_at_once_leaves_nothing(uplink: Uplink) -> None:
    """Cut at the instant at which it starts."""
    delivery = _upload(uplink, close_s=0.0)
    require_equal(delivery.end_s, 0.0, "the end of an upload that is cut at 0 s")
    require(not delivery.arrived.any(), "fragments arrive in no time")


def _upload(uplink: Uplink, *, close_s: float = 60.0, transport: str = "reliable") -> Delivery:
    air = build_air((1e12,), link={"kind": "shannon", "max_bps_per_hz": 2.0})
    up = UplinkAir(
        env=air.env, medium=air.medium, packets=Packets(), transport=Transport.parse(transport), links={"d0": 0}
    )
    process = air.env.process(uplink.send(up, "up/d0/4", _PLAN, Grant(device="d0", band_weight=1.0)))

    def close() -> Iterator[simpy.Event]:
        yield air.env.timeout(close_s)
        if process.is_alive:
            process.interrupt("round")

    air.env.process(close())
    air.run()
    return process.value
