from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wfsim.downlink import Downlink, DownlinkAir
from wfsim.radio.packets import Packets
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport.reliable import Reliable

_COHORT = ["d0", "d1", "d2"]
_LINKS = {name: index for index, name in enumerate(_COHORT)}


def _download(make_air: Callable[..., Any], kind: str) -> Any:
    """Static shares, SNR 1, 3 and 15 over the whole band of 1 MHz, three packets of 12 kbit."""
    access = {"kind": "fdma", "work_conserving": False}
    link = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 100.0}
    air = make_air([1e6, 3e6, 15e6], link=link, access=access, power_band_hz=1e6)
    down = DownlinkAir(env=air.env, medium=air.medium, packets=Packets(), links=_LINKS)
    for name, members in Downlink.parse(kind).groups(down, 4, _COHORT).items():
        air.medium.start(_transfer(down, name, members))
    return air.run()


def _transfer(down: DownlinkAir, name: str, members: tuple[str, ...]) -> Transfer:
    return Transfer(
        name=name,
        devices=members,
        links=np.array([_LINKS[device] for device in members]),
        weight=len(members) / len(_COHORT),
        bits=down.packets.packet_bits((1472,) * 3),
        transport=Reliable(),
        start_s=0.0,
        purpose="model",
    )


def _shares_hz(air: Any) -> set[float]:
    return {share for line in air.lines if line["type"] == "band_shared" for share in line["shares_hz"].values()}


def test_unicast_gives_everybody_an_equal_share_to_the_end(make_air: Callable[..., Any]) -> None:
    """A third of the band has a third of the power: still 1, 2 and 4 bit/s/Hz."""
    air = _download(make_air, "unicast")
    assert _shares_hz(air) == {1e6 / 3.0}
    ends_s = [air.end_s(f"down/{device}/4") for device in _COHORT]
    assert ends_s == pytest.approx([0.108, 0.054, 0.027], abs=1e-9)


def test_broadcast_has_the_whole_band_at_the_weakest_rate(make_air: Callable[..., Any]) -> None:
    air = _download(make_air, "broadcast")
    assert _shares_hz(air) == {1e6}
    ended = [air.ended("down/4", device) for device in _COHORT]
    assert [line["t_s"] for line in ended] == pytest.approx([0.036] * 3, abs=1e-9)
