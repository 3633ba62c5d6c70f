"""Sharing a band, against times worked out by hand.

Unless said otherwise the link is at its cap of 2 bit/s/Hz whatever its share, so a band of 3 MHz carries 6 Mbit/s.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

_CAPPED = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 2.0}
_STATIC = {"kind": "fdma", "work_conserving": False}
_EXACT = {"rel": 0.0, "abs": 1e-9}


def _cell(make_air: Callable[..., Any], **settings: Any) -> Any:
    return make_air((1e12, 1e12, 1e12), band_hz=3e6, **{"link": _CAPPED, **settings})


def _end_times_s(air: Any, names: str = "ABC") -> list[float]:
    return [air.end_s(name) for name in names]


def test_an_upload_that_ends_frees_its_share(make_air: Callable[..., Any]) -> None:
    """2 Mbit/s each until A ends at 1 s; 3 each until B's other 2 Mbit end at 1 2/3 s; then 6 Mbit/s for C's last 2."""
    air = _cell(make_air)
    for link, (name, bits) in enumerate([("A", 2e6), ("B", 4e6), ("C", 6e6)]):
        air.send(name, [bits / 4] * 4, links=[link], weight=1 / 3)
    assert _end_times_s(air.run()) == pytest.approx([1.0, 5.0 / 3.0, 2.0], **_EXACT)


def test_static_shares_stay_idle(make_air: Callable[..., Any]) -> None:
    """2 Mbit/s each, to the end."""
    air = _cell(make_air, access=_STATIC)
    for link, (name, bits) in enumerate([("A", 2e6), ("B", 4e6), ("C", 6e6)]):
        air.send(name, [bits], links=[link], weight=1 / 3)
    assert _end_times_s(air.run()) == pytest.approx([1.0, 2.0, 3.0], **_EXACT)


def test_dedicated_bands_do_not_contend(make_air: Callable[..., Any]) -> None:
    """6 Mbit/s for everybody."""
    air = _cell(make_air, access="dedicated")
    for link, (name, bits) in enumerate([("A", 2e6), ("B", 4e6), ("C", 6e6)]):
        air.send(name, [bits], links=[link], weight=1 / 3)
    assert _end_times_s(air.run()) == pytest.approx([1 / 3, 2 / 3, 1.0], **_EXACT)


def test_unequal_weights(make_air: Callable[..., Any]) -> None:
    """3, 2, 1 Mbit/s: A's 3 Mbit end at 1 s. 4 and 2: B's other 2 end at 1.5 s. 6 Mbit/s: C has 6 - 1 - 1 = 4 left."""
    air = _cell(make_air)
    for link, (name, bits, weight) in enumerate([("A", 3e6, 1 / 2), ("B", 4e6, 1 / 3), ("C", 6e6, 1 / 6)]):
        air.send(name, [bits], links=[link], weight=weight)
    assert _end_times_s(air.run()) == pytest.approx([1.0, 1.5, 1.5 + 2.0 / 3.0], **_EXACT)


def test_static_unequal_weights(make_air: Callable[..., Any]) -> None:
    """3, 2 and 1 Mbit/s, to the end."""
    air = _cell(make_air, access=_STATIC)
    for link, (name, bits, weight) in enumerate([("A", 3e6, 1 / 2), ("B", 4e6, 1 / 3), ("C", 6e6, 1 / 6)]):
        air.send(name, [bits], links=[link], weight=weight)
    assert _end_times_s(air.run()) == pytest.approx([1.0, 2.0, 6.0], **_EXACT)


def test_a_late_arrival_slows_the_others(make_air: Callable[..., Any]) -> None:
    """A alone flies 6 of its 9 Mbit in 1 s. With B, 3 Mbit/s each: B's 1.5 end at 1.5 s. A's last 1.5 take 0.25 s."""
    air = _cell(make_air)
    air.send("A", [9e6], links=[0], weight=1 / 2)
    air.send("B", [1.5e6], at_s=1.0, links=[1], weight=1 / 2)
    assert _end_times_s(air.run(), "AB") == pytest.approx([1.75, 1.5], **_EXACT)


def test_a_cut_frees_the_share_at_once(make_air: Callable[..., Any]) -> None:
    """3 Mbit/s each until A is cut at 1 s; B's other 3 Mbit take 0.5 s at 6 Mbit/s."""
    air = _cell(make_air)
    air.send("A", [9e6], links=[0], weight=1 / 2)
    air.send("B", [6e6], links=[1], weight=1 / 2)
    air.cut("A", at_s=1.0)
    assert _end_times_s(air.run(), "AB") == pytest.approx([1.0, 1.5], **_EXACT)


@pytest.mark.parametrize("gap", [1.0, 4.0])
def test_power_limits_the_rate_of_a_larger_share(make_air: Callable[..., Any], gap: float) -> None:
    """b log2(1 + snr_hz/(gap b)), snr_hz/gap = 3 MHz: b = 1.5 MHz carries 1.5 log2(3) Mbit/s, b = 3 MHz carries 3.

    A offers what half the band carries in 1 s, B 3 Mbit more: B's last 3 Mbit fly at the whole band's rate in 1 s.
    """
    half = 1.5e6 * math.log2(3.0)
    link = {"kind": "shannon", "gap_db": 10.0 * math.log10(gap), "max_bps_per_hz": 100.0}
    air = make_air((3e6 * gap, 3e6 * gap), band_hz=3e6, link=link)
    air.send("A", [half], links=[0], weight=1 / 2)
    air.send("B", [half + 3e6], links=[1], weight=1 / 2)
    assert _end_times_s(air.run(), "AB") == pytest.approx([1.0, 2.0], **_EXACT)


def test_transfers_that_start_together_are_planned_together(make_air: Callable[..., Any]) -> None:
    air = _cell(make_air)
    for link, name in enumerate("ABC"):
        air.send(name, [2e6], links=[link], weight=1 / 3)
    shared = [line for line in air.run().lines if line["type"] == "band_shared"]
    assert [(line["t_s"], line["shares_hz"]) for line in shared] == [
        (0.0, pytest.approx(dict.fromkeys("ABC", 1000000.0)))
    ]


def test_airtime_and_energy(make_air: Callable[..., Any]) -> None:
    """2 joules a second of airtime (the fixture's energy model)."""
    air = _cell(make_air)
    air.send("A", [3e6, 3e6])
    ended = air.run().ended("A")
    assert (ended["airtime_s"], ended["energy_j"]) == pytest.approx((1.0, 2.0), **_EXACT)
    assert air.deliveries["A"]["d0"].energy_j == ended["energy_j"]
