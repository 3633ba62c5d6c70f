from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import simpy

from wfsim.messages import Grant, Plan
from wfsim.radio.packets import Packets
from wfsim.radio.transport import Transport
from wfsim.uplink import Uplink, UplinkAir

pytestmark = pytest.mark.parametrize("kind", sorted(Uplink.kinds))
_PLAN = Plan(fragment_bytes=(1472, 1472, 100), fragment_entries=(360, 360, 20))


def _upload(make_air: Callable[..., Any], kind: str, *, close_s: float = 60.0, transport: str = "reliable") -> Any:
    air = make_air((1e12,), link={"kind": "shannon", "max_bps_per_hz": 2.0})
    up = UplinkAir(
        env=air.env, medium=air.medium, packets=Packets(), transport=Transport.parse(transport), links={"d0": 0}
    )
    process = air.env.process(Uplink.parse(kind).send(up, 4, _PLAN, Grant(device="d0", band_weight=1.0)))

    def close() -> Iterator[simpy.Event]:
        yield air.env.timeout(close_s)
        if process.is_alive:
            process.interrupt("the round closed")

    air.env.process(close())
    air.run()
    return process.value


def test_an_upload_ends_with_what_was_delivered(make_air: Callable[..., Any], kind: str) -> None:
    delivery = _upload(make_air, kind)
    assert delivery.arrived.tolist() == [True] * 3 and 0.0 == delivery.start_s < delivery.end_s < 60.0


def test_closing_the_round_ends_the_upload_then(make_air: Callable[..., Any], kind: str) -> None:
    """One packet of 12 kbit takes 6 ms at 2 Mbit/s."""
    delivery = _upload(make_air, kind, close_s=0.0125, transport="unreliable")
    assert delivery.end_s == 0.0125 and delivery.arrived.tolist() == [True, True, False]


def test_closing_the_round_at_the_upload_s_last_moment_loses_nothing(make_air: Callable[..., Any], kind: str) -> None:
    end_s = _upload(make_air, kind).end_s
    assert _upload(make_air, kind, close_s=end_s).arrived.all()


def test_a_round_that_closes_at_once_leaves_nothing(make_air: Callable[..., Any], kind: str) -> None:
    delivery = _upload(make_air, kind, close_s=0.0)
    assert delivery.end_s == 0.0 and not delivery.arrived.any()
