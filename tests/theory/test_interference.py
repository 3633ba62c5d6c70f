"""Cells that hear each other: finish times worked out by hand, and the same in both engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import simpy

from wfsim.radio.access import Access
from wfsim.radio.coupling import CoupledCell, couple
from wfsim.radio.fading import Fading
from wfsim.radio.interference import Direction, Interference
from wfsim.rng import Streams

_BAND_HZ = 1e6
_EXACT = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 100.0}


def _couple(
    airs: Sequence[Any], ratios: Sequence[Any], direction: Direction, kind: Any = "activity", access: Any = "fdma"
) -> None:
    """`ratios[c]` [links, cells]: interference over noise between the devices of cell c and every station."""
    cells = [
        CoupledCell(
            medium=air.medium,
            interference=Interference.parse(kind),
            access=Access.parse(access),
            carrier_hz=2e9,
            band_hz=_BAND_HZ,
            cross_hz=np.array(each) * _BAND_HZ,
        )
        for air, each in zip(airs, ratios)
    ]
    couple(cells, direction)


@pytest.mark.parametrize("engine", ["bulk", "reference"])
def test_two_uplinks_by_hand(make_air: Callable[..., Any], engine: str) -> None:
    """A: SNR 15, alone 4 Mbit/s; under B's device, 4 times the noise, 2. B: SNR 7, alone 3 Mbit/s; under A's, 6 x, 1.

    A sends 8 Mbit from 0 s: 4 in the first second, then 2 a second beside B, until 3 s. B sends 5 Mbit from 1 s: 2 by
    3 s, the other 3 alone in one second.
    """
    env = simpy.Environment()
    a, b = (make_air((snr * _BAND_HZ,), link=_EXACT, engine=engine, env=env) for snr in (15.0, 7.0))
    _couple((a, b), ([[9.9, 6.0]], [[4.0, 9.9]]), "up")
    a.send("A", [1e4] * 800)
    b.send("B", [1e4] * 500, at_s=1.0)
    env.run()
    assert [a.end_s("A"), b.end_s("B")] == pytest.approx([3.0, 4.0], rel=1e-12)


@pytest.mark.parametrize("engine", ["bulk", "reference"])
def test_two_downlinks_by_hand(make_air: Callable[..., Any], engine: str) -> None:
    """Station A sends 4 Mbit at SNR 15 in one second, undisturbed. B's devices, SNR 15 in half a band each, hear it
    4 and 14 times the noise: SINR 3 and 1, that is 1 and 0.5 Mbit/s, and 2 Mbit/s each when it has ended.

    B sends 3 Mbit to d0: 1 in the first second, 2 in the next; to d1 4.5 Mbit: 0.5, 2 and, alone, 2 in half a second.
    """
    env = simpy.Environment()
    fields = {"link": _EXACT, "power_band_hz": _BAND_HZ, "engine": engine, "env": env}
    a, b = (make_air([15.0 * _BAND_HZ] * links, **fields) for links in (1, 2))
    _couple((a, b), ([[9.9, 0.0]], [[4.0, 9.9], [14.0, 9.9]]), "down")
    a.send("A", [1e4] * 400)
    for link, packets in ((0, 300), (1, 450)):
        b.send(f"B{link}", [1e4] * packets, links=[link], weight=0.5)
    env.run()
    assert [a.end_s("A"), b.end_s("B0"), b.end_s("B1")] == pytest.approx([1.0, 2.0, 2.5], rel=1e-12)


@pytest.mark.parametrize("engine", ["bulk", "reference"])
def test_a_fixed_rise_by_hand(make_air: Callable[..., Any], engine: str) -> None:
    """SNR 15 under a rise of 5: SINR 3, 2 bit/s/Hz; what the other cell sends is not heard."""
    env = simpy.Environment()
    a, b = (make_air((15.0 * _BAND_HZ,), link=_EXACT, engine=engine, env=env) for _ in range(2))
    _couple((a, b), ([[0.0, 50.0]], [[50.0, 0.0]]), "up", {"kind": "fixed", "station_rise_db": 10.0 * np.log10(5.0)})
    for air in (a, b):
        air.send("A", [1e4] * 400)
    env.run()
    assert [a.end_s("A"), b.end_s("A")] == pytest.approx([2.0, 2.0], rel=1e-12)


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("seed", range(6))
def test_both_engines_agree_about_three_coupled_cells(
    make_air: Callable[..., Any], direction: Direction, seed: int
) -> None:
    """Fading, stale knowledge, losses and repetitions: the same fates packet for packet, the same times."""
    ends = [_three_cells(make_air, direction, seed, engine, coupled=True) for engine in ("bulk", "reference")]
    for one, other in zip(*ends):
        names = ("transfer", "device", "outcome", "packets_sent", "packets_lost", "attempts", "lost", "blocks")
        assert [one[name] for name in names] == [other[name] for name in names]
        assert one["t_s"] == pytest.approx(other["t_s"], rel=0.0, abs=1e-9)
    alone = _three_cells(make_air, direction, seed, "bulk", coupled=False)
    assert all(one["t_s"] >= other["t_s"] - 1e-9 for one, other in zip(ends[0], alone))
    assert sum(one["t_s"] > other["t_s"] + 1e-3 for one, other in zip(ends[0], alone)) >= 4


def _three_cells(
    make_air: Callable[..., Any], direction: Direction, seed: int, engine: str, *, coupled: bool
) -> list[dict[str, Any]]:
    env, draw, airs = simpy.Environment(), np.random.default_rng(seed), []
    fading = Fading.parse({"kind": "rayleigh", "coherence_s": 0.02})
    for cell in range(3):
        paths = fading.realise(Streams(seed), [f"c{cell}d{number}" for number in range(2)])
        power_band_hz = None if direction == "up" else _BAND_HZ
        link = {"kind": "shannon", "csi_age_s": 0.03, "margin_db": 3.0, "min_bps_per_hz": 0.1}
        snr_hz = 10.0 ** draw.uniform(6.5, 7.5, 2)
        airs.append(
            make_air(snr_hz, link=link, paths=paths, power_band_hz=power_band_hz, engine=engine, env=env, seed=seed)
        )
    if coupled:
        _couple(airs, 10.0 ** draw.uniform(-1.0, 0.7, (3, 2, 3)), direction)
    for cell, air in enumerate(airs):
        for link in range(2):
            bits = np.random.default_rng([seed, cell, link]).integers(500, 9000, 60).astype(float)
            transport = {"kind": "reliable_until_deadline", "max_attempts": 3}
            air.send(f"t{link}", bits, links=[link], at_s=0.013 * cell, weight=0.5, transport=transport)
    env.run()
    return [air.ended(f"t{link}") for air in airs for link in range(2)]
