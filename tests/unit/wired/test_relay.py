"""A fixed wireless link."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.contracts import checks
from wfsim.errors import RunError
from wfsim.rng import Streams
from wfsim.wired.relay import Relay


def test_the_rate_is_shannon_with_a_gap() -> None:
    """20 dB at 100 m, exponent 3: 20 - 30 lg 2 at 200 m, less 3 dB of gap; 1 MHz."""
    relay = Relay(band_hz=1e6, snr_db=20.0, distance_m=200.0, exponent=3.0, gap_db=3.0)
    expected_bps = 1e6 * math.log2(1.0 + 10 ** ((20.0 - 30.0 * math.log10(2.0) - 3.0) / 10.0))
    assert relay.expected_bps() == pytest.approx(expected_bps, rel=1e-12)
    carrier = relay.realise(Streams(1), "a>b", 0.0)
    assert carrier.finish_s(1.0, expected_bps) == pytest.approx(2.0, rel=1e-12)
    assert carrier.delay_s(0.0) == pytest.approx(200.0 / 299_792_458.0)


def test_efficiency_has_a_cap() -> None:
    assert Relay(band_hz=1e6, snr_db=60.0, max_bps_per_hz=5.0).expected_bps() == 5e6


def test_rayleigh_blocks_carry_the_ergodic_rate() -> None:
    """E[log2(1 + s g)] = exp(1/s) E1(1/s) / ln 2 = 2.9065 bit/s/Hz at s = 10 (Goldsmith 2005, ch. 4.2)."""
    relay = Relay(band_hz=1.0, snr_db=10.0, gap_db=0.0, max_bps_per_hz=30.0, fading="rayleigh", coherence_s=0.1)
    assert relay.expected_bps() == pytest.approx(2.9065, abs=1e-3)
    carrier = relay.realise(Streams(1), "a>b", 0.0)
    blocks = np.array([10.0 * carrier.bits_between(0.1 * k, 0.1 * (k + 1)) for k in range(4_000)])
    assert abs(blocks.mean() - 2.9065) < 4.5 * blocks.std(ddof=1) / math.sqrt(len(blocks))


def test_rayleigh_blocks_keep_the_contract_of_a_hop() -> None:
    for check in checks("hop"):
        check(Relay(fading="rayleigh"))


def test_a_link_that_carries_nothing_is_named() -> None:
    relay = Relay(snr_db=-30.0, distance_m=1e9, exponent=6.0, fading="rayleigh", coherence_s=1e-6)
    with pytest.raises(RunError, match="hop a>b: nothing gets across"):
        relay.realise(Streams(1), "a>b", 0.0).finish_s(0.0, 1e6)
