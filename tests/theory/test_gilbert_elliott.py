"""Losses in bursts against the closed forms of the two-state chain (loss.json holds formula and source)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.radio.loss import PacketLoss
from wfsim.radio.loss.gilbert_elliott import GilbertElliott
from wfsim.rng import Streams

_CASES = json.loads((Path(__file__).parent / "loss.json").read_text(encoding="utf-8"))["gilbert_elliott"]["cases"]
_BURSTS = {"kind": "gilbert_elliott", "p_good_to_bad": 0.05, "p_bad_to_good": 0.2, "loss_good": 0.02, "loss_bad": 0.8}
_FLIGHTS = 3000


def _part(case: dict[str, float]) -> GilbertElliott:
    return GilbertElliott(
        p_good_to_bad=case["p_gb"], p_bad_to_good=case["r_bg"], loss_good=case["e_good"], loss_bad=case["e_bad"]
    )


def _check_mean(samples: NDArray[np.float64], mean: float) -> None:
    assert abs(samples.mean() - mean) < 4.5 * samples.std(ddof=1) / math.sqrt(len(samples))


@pytest.mark.parametrize("case", _CASES)
def test_mean_and_variance_of_losses_in_a_flight(case: dict[str, float]) -> None:
    part, n = _part(case), int(case["n"])
    losses = np.array([part.lost(Streams(1), ("t", "d", flight), n).sum() for flight in range(_FLIGHTS)], dtype=float)
    _check_mean(losses, n * case["loss"])
    _check_mean((losses - n * case["loss"]) ** 2, case["var_losses_in_n"])
    assert part.lost_share() == pytest.approx(case["loss"], rel=1e-12)


@pytest.mark.parametrize("case", _CASES)
def test_sojourns(case: dict[str, float]) -> None:
    """Runs of both states are geometric: mean 1/r, second moment (2 - r) / r^2."""
    bad = _part(case).bad(Streams(2).generator("t"), 400_000)
    for state, leave in ((True, case["r_bg"]), (False, case["p_gb"])):
        runs = np.array([len(list(run)) for value, run in groupby(bad.tolist()) if value == state][1:-1], dtype=float)
        _check_mean(runs, 1.0 / leave)
        _check_mean(runs**2, (2.0 - leave) / leave**2)


@pytest.mark.parametrize("packet", [0, 1, 40])
def test_stationary_from_the_first_packet(packet: int) -> None:
    part = GilbertElliott(p_good_to_bad=0.02, p_bad_to_good=0.1)
    bad = [part.bad(Streams(3).generator("t", flight), packet + 1)[packet] for flight in range(_FLIGHTS)]
    _check_mean(np.array(bad, dtype=float), 1.0 / 6.0)


def test_a_chain_that_alternates() -> None:
    part = GilbertElliott(p_good_to_bad=1.0, p_bad_to_good=1.0)
    states = {tuple(part.bad(Streams(1).generator("t", seed), 5).tolist()) for seed in range(20)}
    assert states == {(True, False, True, False, True), (False, True, False, True, False)}


@pytest.mark.parametrize("residual_loss", [0.0, 0.3])
def test_packets_in_the_air_meet_bursts_or_the_residual_loss(
    make_air: Callable[..., Any], residual_loss: float
) -> None:
    """Every receiver of a broadcast and every flight has losses of its own address; a packet is lost by either."""
    air = make_air((1e9, 1e9), link={"kind": "shannon", "residual_loss": residual_loss}, loss=_BURSTS)
    air.send("A", [1000.0] * 400, links=(0, 1))
    air.run()
    for device in ("d0", "d1"):
        lost = PacketLoss.parse(_BURSTS).lost(Streams(1), ("A", device, 1), 400)
        assert 20 < lost.sum() < 200
        lost |= Streams(1).uniforms(400, "packet_fate", "A", device, 1) < residual_loss
        assert air.ended("A", device)["lost"] == np.flatnonzero(lost).tolist()
    assert air.ended("A", "d0")["lost"] != air.ended("A", "d1")["lost"]


@pytest.mark.parametrize("residual_loss", [0.0, 0.3])
def test_transmissions_until_delivered(make_air: Callable[..., Any], residual_loss: float) -> None:
    """Flights are independent, so a packet flies 1 / (1 - mean_loss) times; bursts only make transfers unequal."""
    air = make_air(link={"kind": "shannon", "residual_loss": residual_loss}, loss=_BURSTS)
    for number in range(300):
        air.send(f"t{number}", [100.0] * 50, at_s=float(number), transport="reliable")
    air.run()
    sent = np.array([air.ended(f"t{number}")["packets_sent"] / 50 for number in range(300)])
    _check_mean(sent, 1.0 / (1.0 - PacketLoss.parse(_BURSTS).mean_loss(residual_loss)))


@pytest.mark.parametrize("case", range(12))
def test_both_engines_meet_the_same_bursts(make_air: Callable[..., Any], case: int) -> None:
    transports = ["unreliable", "reliable", {"kind": "reliable", "window_packets": 7}]
    ends = []
    for engine in ("bulk", "reference"):
        air = make_air((1e7, 3e6, 2e7), loss=_BURSTS, engine=engine, seed=case)
        air.send("A", [900.0] * 60, links=(0,), transport=transports[case % 3])
        air.send(
            "B", [700.0 + 10.0 * n for n in range(40)], links=(1, 2), at_s=0.003, transport=transports[(case + 1) % 3]
        )
        air.cut("B", at_s=(0.02, 5.0)[case % 2])
        air.run()
        ends.append([air.ended(*end) for end in (("A", "d0"), ("B", "d1"), ("B", "d2"))])
    for one, other in zip(*ends):
        names = ("outcome", "cut", "packets_sent", "packets_lost", "attempts", "lost")
        assert [one[name] for name in names] == [other[name] for name in names]
        assert one["t_s"] == pytest.approx(other["t_s"], rel=0.0, abs=1e-9)
