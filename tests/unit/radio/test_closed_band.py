"""Nights in which foreign traffic takes the whole band, in both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfsim.radio.fading import Fading
from wfsim.rng import Streams

_NIGHT = {"kind": "daily", "from_s": 79_200.0, "for_s": 3600.0}
_CAPPED = {"kind": "shannon", "max_bps_per_hz": 2.0}
_JUST_BEFORE_S = 79_199.5

pytestmark = pytest.mark.parametrize("engine", ["bulk", "reference"])


def _steps(air: Any) -> int:
    steps = 0
    while air.env.peek() < float("inf"):
        air.env.step()
        steps += 1
    return steps


def test_a_night_is_waited_for_in_few_events(make_air: Callable[..., Any], engine: str) -> None:
    """2 Mbit/s: half of 2 Mbit before 22:00, the rest after 23:00."""
    paths = Fading.parse({"kind": "rician", "k_db": 60, "coherence_s": 0.05}).realise(Streams(1), ["d0"])
    fields = {"link": _CAPPED, "background": _NIGHT, "start_s": _JUST_BEFORE_S, "engine": engine}
    air = make_air((1e12,), paths=paths, **fields)
    air.send("A", [1e5] * 20)
    assert _steps(air) < 100
    ended = air.ended("A")
    assert ended["t_s"] == pytest.approx(3601.0, abs=1e-9) and ended["airtime_s"] == pytest.approx(1.0, abs=1e-9)
    assert ended["outcome"] == "delivered" and ended["blocks"] == 20 and ended["blocks_at_zero"] == 0


@pytest.mark.parametrize("link", [_CAPPED, "ideal"])
def test_what_starts_in_the_night_flies_in_the_morning(make_air: Callable[..., Any], engine: str, link: Any) -> None:
    air = make_air((1e12,), link=link, background=_NIGHT, start_s=80_000.0, engine=engine)
    air.send("A", [1e5] * 20, at_s=100.0)
    flying_s = 1.0 if link == _CAPPED else 0.0
    assert air.run().end_s("A") == pytest.approx(2800.0 + flying_s, abs=1e-9)


def test_a_cut_in_the_night_leaves_what_flew_before(make_air: Callable[..., Any], engine: str) -> None:
    air = make_air((1e12,), link=_CAPPED, background=_NIGHT, start_s=_JUST_BEFORE_S, engine=engine)
    air.send("A", [1e5] * 20)
    air.cut("A", at_s=1800.0)
    ended = air.run().ended("A")
    assert ended["lost"] == list(range(10, 20)) and ended["sent_bits"] == pytest.approx(1e6)


def test_a_long_night_is_no_reason_to_give_up(make_air: Callable[..., Any], engine: str) -> None:
    """Ten hours are far more than a million blocks of 1 ms, and the morning may begin with blocks without a rate."""
    link = {"kind": "shannon", "max_bps_per_hz": 2.0, "min_bps_per_hz": 1.9}
    night = {**_NIGHT, "for_s": 36_000.0}
    for seed in range(20):
        paths = Fading.parse({"kind": "rayleigh", "coherence_s": 1e-3}).realise(Streams(seed), ["d0"])
        air = make_air((2e6,), paths=paths, link=link, background=night, start_s=79_200.0, engine=engine)
        air.send("A", [1e3])
        assert air.run().ended("A")["t_s"] > 36_000.0


def test_an_endless_night_ends_the_wait(make_air: Callable[..., Any], engine: str, monkeypatch) -> None:
    """Two sources that take turns: no event is left, and the reason is told."""
    monkeypatch.setattr("wfsim.radio.patience._DIVISIONS", 300)
    turns = [{"kind": "daily", "from_s": from_s, "for_s": 5.0, "day_s": 10.0} for from_s in (0.0, 5.0)]
    paths = Fading.parse("rayleigh").realise(Streams(1), ["d0"])
    air = make_air((1e12,), paths=paths, background={"kind": "several", "of": turns}, engine=engine)
    air.send("A", [1e5])
    air.run()
    assert air.medium.idle_reason() == "uplink A: the rate is zero in 300 divisions of the band in a row"


def test_what_is_free_now(make_air: Callable[..., Any], engine: str) -> None:
    air = make_air(background={**_NIGHT, "share": 0.75}, engine=engine)
    assert [air.medium.free_share(t_s) for t_s in (0.0, 79_200.0, 82_800.0)] == [1.0, 0.25, 1.0]
