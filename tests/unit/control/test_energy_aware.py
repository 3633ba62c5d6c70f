from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from wfsim.control.energy_aware import EnergyAware
from wfsim.messages import Candidate
from wfsim.rng import Streams

_POWERS = {"transmit_w": 0.5, "compute_w": 2.0, "gap_db": 0.0, "max_bps_per_hz": 2.0}


def _select(controller: EnergyAware, setting, there: list[Candidate], busy: int = 0) -> str:
    return "".join(controller.select(Streams(1), 1, there, busy, controller.begin(setting())))


def test_by_hand(known: Callable[..., Candidate], setting) -> None:
    """At 60 dB and a cap of 2 bit/s/Hz, half of 1 MHz carries 1 Mbit/s: 1 Mbit takes 1 s and 0.5 J.

    a: 3 J + 2 W 1 s + 0.5 J = 5.5 J; b: 1 J + 2 W 2 s + 0.5 J = 5.5 J, a tie; c: 0 J + 0 J + 10 Mbit at 0.5 W = 5 J;
    d: no signal to speak of at -300 dB.
    """
    there = [
        known("b", mean_snr_db=60.0, energy_j=1.0, compute_s=2.0),
        known("a", mean_snr_db=60.0, energy_j=3.0, compute_s=1.0),
        known("c", mean_snr_db=60.0, upload_bits=1e7),
        known("d", mean_snr_db=-300.0),
    ]
    assert _select(EnergyAware(devices=2, **_POWERS), setting, there) == "ac"
    within = EnergyAware(devices=2, budget_j=5.2, **_POWERS)
    assert _select(within, setting, there) == "c"
    assert _select(within, setting, there[:2]) == "a"
    assert _select(within, setting, there[:2], busy=1) == ""


@pytest.mark.parametrize(("snr_db", "rate_bps"), [(0.0, 0.5e6 * math.log2(3.0)), (20.0, 3e6)])
def test_an_upload_has_all_its_power_in_its_share(
    known: Callable[..., Candidate], setting, snr_db: float, rate_bps: float
) -> None:
    """Half a band at 0 dB over the whole: log2(1 + 2) bit/s/Hz; at 20 dB the cap of 6. A budget tells what is spent."""
    controller = EnergyAware(devices=2, transmit_w=1.0, compute_w=0.0, gap_db=0.0, max_bps_per_hz=6.0)
    there = [known("a", mean_snr_db=40.0, upload_bits=1.0), known("b", mean_snr_db=snr_db)]
    for factor, cohort in ((1 + 1e-9, "ab"), (1 - 1e-9, "a")):
        bounded = controller.model_copy(update={"budget_j": factor * 1e6 / rate_bps})
        assert _select(bounded, setting, there) == cohort
