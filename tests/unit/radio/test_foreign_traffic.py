"""What foreign traffic does to transfers, in both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfsim.radio import patience
from wfsim.radio.background import Background
from wfsim.rng import Streams

_ON_OFF = {"kind": "on_off", "mean_on_s": 0.4, "mean_off_s": 0.4, "share": 0.75}
_FLOOR = {"kind": "shannon", "min_bps_per_hz": 5.0}
_CAPPED = {"kind": "shannon", "max_bps_per_hz": 2.0}

pytestmark = pytest.mark.parametrize("engine", ["bulk", "reference"])


def test_bits_follow_the_path_of_the_foreign_traffic(make_air: Callable[..., Any], engine: str) -> None:
    """2 bit/s/Hz of 1 MHz, or of a quarter of it: the bits flown in each stretch of the path add up to the payload."""
    air = make_air((1e12,), link=_CAPPED, background=_ON_OFF, engine=engine)
    air.send("A", [1e5] * 60, at_s=0.3)
    end_s, path = air.run().end_s("A"), Background.parse(_ON_OFF).realise(Streams(1), "up", 0.0)
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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> str:
    """Patience for 300 divisions only, and what is said when they are over."""
    monkeypatch.setattr(patience, "_DIVISIONS", 300)
    return "the rate is zero in 300 divisions of the band in a row"


def test_a_band_that_never_brings_a_rate_ends_the_wait(
    make_air: Callable[..., Any], engine: str, impatient: str
) -> None:
    """Below the link's floor with and without the foreign traffic: no event is left, and the reason is told."""
    air = make_air((1e5,), link=_FLOOR, background=_ON_OFF, engine=engine)
    air.send("A", [1e5])
    air.run()
    assert not air.deliveries and air.medium.idle_reason() == f"uplink A: {impatient}"


def test_what_has_flown_may_wait_in_vain_too(make_air: Callable[..., Any], engine: str, impatient: str) -> None:
    """A has a rate in a tenth of the band only, which it leaves when B ends: its first bits promise nothing."""
    air = make_air((5e6, 1e12), link=_FLOOR, background={**_ON_OFF, "share": 0.01}, engine=engine)
    air.send("A", [1e6], links=[0], weight=0.1)
    air.send("B", [1e6], links=[1], weight=0.9)
    air.run()
    assert list(air.deliveries) == ["B"] and air.medium.idle_reason() == f"uplink A: {impatient}"


def test_each_start_waits_anew(make_air: Callable[..., Any], engine: str, impatient: str) -> None:
    """The second transfer has a rate while foreign traffic is on, though the first has used up the patience."""
    air = make_air((1e5, 2e7), link=_FLOOR, background=_ON_OFF, engine=engine)
    air.send("A", [1e5], links=[0])
    air.cut("A", at_s=1e3)
    air.send("B", [1e5], links=[1], at_s=2e3)
    assert air.run().ended("B")["outcome"] == "delivered" and air.env.now < 2010.0


def test_many_passes_are_no_silence(make_air: Callable[..., Any], engine: str, impatient: str) -> None:
    """On an ideal link a payload of many passes takes no time, and has a rate all along."""
    air = make_air(link={"kind": "ideal", "residual_loss": 0.998}, engine=engine)
    air.send("A", [1e3] * 5, transport="reliable")
    assert air.run().ended("A")["outcome"] == "delivered" and air.ended("A")["attempts"] > 300
