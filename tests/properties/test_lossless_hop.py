"""A hop without losses draws no fates and one without outages never pauses: to the bit as in the general case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simpy

from wfsim.outages.none import AlwaysUp
from wfsim.rng import Streams
from wfsim.wired import Hop
from wfsim.wired.bundle import Bundle, HopTransport
from wfsim.wired.crossing import Crossing
from wfsim.wired.flights import Flights, draw_flights
from wfsim.wired.paused import Paused

_HOPS = [
    {"kind": "wire", "rate_bps": 997.0, "delay_s": 0.3},
    {"kind": "leo", "rate_bps": 997.0},
    {"kind": "relay", "band_hz": 500.0, "snr_db": 10.0, "fading": "rayleigh"},
]


@pytest.mark.parametrize("part", _HOPS, ids=lambda part: part["kind"])
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("stops", [False, True], ids=["whole", "stopped"])
def test_a_crossing_without_losses_is_that_of_draws_that_all_get_through(
    part: dict[str, Any], seed: int, stops: bool
) -> None:
    rng, carrier = np.random.default_rng(seed), Hop.parse(part).realise(Streams(1), "a>b", 0.0)
    bundle = _bundle(rng)
    drawn = draw_flights(bundle, 0.5, lambda _: np.ones(len(bundle.bits)))
    assert isinstance(drawn, Flights)
    begun_s = float(rng.uniform(0.0, 9.0))
    general = Crossing(bundle, drawn, carrier, Paused("a>b", carrier, AlwaysUp()), begun_s=begun_s, stops_s=np.inf)
    stops_s = float(rng.uniform(begun_s, general.end_s)) if stops else np.inf
    general = Crossing(bundle, drawn, carrier, Paused("a>b", carrier, AlwaysUp()), begun_s=begun_s, stops_s=stops_s)
    lean = Crossing(bundle, draw_flights(bundle, 0.0, _never), carrier, carrier, begun_s=begun_s, stops_s=stops_s)
    for t_s in (begun_s, general.end_s, *rng.uniform(begun_s, general.end_s + 1.0, 8).tolist()):
        assert _state(lean, t_s) == _state(general, t_s)


def _bundle(rng: np.random.Generator) -> Bundle:
    bits = rng.integers(1, 900, 6).astype(float)
    bundle = Bundle(
        name="p",
        purpose="update",
        bits=bits,
        total_bits=float(bits.sum()),
        present=rng.permutation([True, True, *(rng.random(4) < 0.7)]),
        transport=HopTransport(repeats=True),
        done=simpy.Environment().event(),
    )
    if rng.random() < 0.5:
        bundle.accepted = bundle.present & (np.arange(6) <= np.flatnonzero(bundle.present)[0])
    return bundle


def _state(crossing: Crossing, t_s: float) -> tuple[Any, ...]:
    masks = (crossing.arrived(t_s), crossing.lost(t_s), crossing.through())
    numbers = (crossing.end_s, crossing.whole, crossing.delay_s(), crossing.departed(t_s), crossing.sent_bits(t_s))
    return (*numbers, *(mask.tolist() for mask in masks))


def _never(number: int) -> Any:
    raise AssertionError(f"transmission {number} has no fate to draw")
