"""Common finish times against closed forms, and what links are taken to be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.planning.mean_channel import MeanChannel, gap_and_cap
from wfsim.radio.link.ideal import Ideal
from wfsim.radio.link.shannon import Shannon


def channel(snr_hz: list[float], gap: float = 1.0, cap: float = math.inf) -> MeanChannel:
    return MeanChannel(snr_hz=np.array(snr_hz), band_hz=1e6, gap=gap, cap_bps_per_hz=cap)


def test_equal_devices_share_the_band_equally() -> None:
    """Four with a quarter of 1 MHz each, gap 2: SNR 3.75e6 / (2 * 2.5e5) = 7.5 over a share."""
    rate_bps = 2.5e5 * math.log2(1.0 + 7.5)
    finish_s = channel([3.75e6] * 4, gap=2.0).finish_s(1e6, np.full(4, 1.5))
    assert finish_s == pytest.approx(1.5 + 1e6 / rate_bps, rel=1e-9)


def test_a_device_that_begins_later_gets_more_band() -> None:
    """At the cap of 2 bit/s/Hz, released at 0 and 1 s: 1/t + 1/(t - 1) = B cap / bits = 2, so t = 1 + 1/sqrt 2."""
    finish_s = channel([1e12, 1e12], cap=2.0).finish_s(1e6, np.array([0.0, 1.0]))
    assert finish_s == pytest.approx(1.0 + math.sqrt(0.5), rel=1e-9)


def test_a_weak_device_is_limited_by_its_power() -> None:
    """Whatever its band, P g / N0 carries at most P g / (N0 ln 2) bit/s."""
    finish_s = channel([1e3], gap=1.0).finish_s(1e6, np.zeros(1))
    assert finish_s == pytest.approx(1e6 / (1e6 * math.log2(1.0 + 1e-3)), rel=1e-9)
    assert finish_s > 1e6 / (1e3 / math.log(2.0))


def test_what_never_ends_and_what_takes_no_time() -> None:
    release_s = np.array([0.5, 2.0])
    assert channel([1e6, 0.0]).finish_s(1e6, release_s) == math.inf
    assert channel([1e6, 1e6]).finish_s(0.0, release_s) == 2.0
    assert channel([1e6, 1e6], gap=0.0).finish_s(1e6, release_s) == 2.0


def test_a_shannon_link_is_known_exactly() -> None:
    assert gap_and_cap(Shannon(gap_db=2.0, margin_db=1.0, max_bps_per_hz=5.5)) == (pytest.approx(10.0**0.3), 5.5)


def test_an_ideal_link_takes_no_time() -> None:
    assert gap_and_cap(Ideal()) == (0.0, math.inf)


def test_another_link_is_read_off_its_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that happens to be Shannon's with a gap of 3 and a cap of 6."""
    monkeypatch.setattr(Ideal, "efficiency", lambda self, snr: np.minimum(np.log2(1.0 + np.asarray(snr) / 3.0), 6.0))
    assert gap_and_cap(Ideal()) == (pytest.approx(3.0), 6.0)
