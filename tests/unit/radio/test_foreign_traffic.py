"""What foreign traffic does to transfers, in both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfsim.radio.background import Background
from wfsim.rng import Streams

_ON_OFF = {"kind": "on_off", "mean_on_s": 0.4, "mean_off_s": 0.4, "share": 0.75}
_CAPPED = {"kind": "shannon", "max_bps_per_hz": 2.0}

pytestmark = pytest.mark.parametrize("engine", ["bulk", "reference"])


def test_bits_follow_the_path_of_the_foreign_traffic(make_air: Callable[..., Any], engine: str) -> None:
    """2 bit/s/Hz of 1 MHz, or of a quarter of it: the bits flown in each stretch of the path add up to the payload."""
    air = make_air((1e12,), link=_CAPPED, background=_ON_OFF, engine=engine)
    air.send("A", [1e5] * 60, at_s=0.3)
    end_s, path = air.run().end_s("A"), Background.parse(_ON_OFF).realise(Streams(1), "up")
    flown_bits, t_s, changes = 0.0, 0.3, 0
    while t_s < end_s:
        until_s = min(path.holds_until_s(t_s), end_s)
        flown_bits += 2e6 * (1.0 - path.share(t_s)) * (until_s - t_s)
        t_s, changes = until_s, changes + 1
    assert flown_bits == pytest.approx(6e6, rel=1e-9) and changes > 5
    shared = [line for line in air.lines if line["type"] == "band_shared"]
    assert [(line["shares_hz"]["A"], line["background_hz"]) for line in shared[:2]] in (
        [(1e6, 0.0), (0.25e6, 0.75e6)],
        [(0.25e6, 0.75e6), (1e6, 0.0)],
    )
    assert len(shared) == changes


def test_nothing_happens_while_nothing_is_on_the_air(make_air: Callable[..., Any], engine: str) -> None:
    air = make_air((1e12,), link=_CAPPED, background=_ON_OFF, engine=engine)
    air.send("A", [1e5], at_s=0.0)
    air.send("B", [1e5], at_s=1e6)
    steps = 0
    while air.env.peek() < float("inf"):
        air.env.step()
        steps += 1
    assert steps < 60 and air.end_s("B") > 1e6


def test_a_band_that_never_brings_a_rate_ends_the_wait(make_air: Callable[..., Any], engine: str) -> None:
    """Below the link's floor with and without the foreign traffic: no event is left, and the reason is told."""
    link = {"kind": "shannon", "min_bps_per_hz": 5.0}
    air = make_air((1e5,), link=link, background=_ON_OFF, engine=engine)
    air.send("A", [1e5])
    air.run()
    assert not air.deliveries and air.medium.idle_reason() == "uplink A: the rate is zero"
