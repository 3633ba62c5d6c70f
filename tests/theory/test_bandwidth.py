"""Min-max bandwidth (the oracle holds formulas, no points) and required bands, against 50-digit roots."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from wfsim.allocation import divide_band, min_max_bands_hz, rate_bps, required_band_hz

_BAND_HZ = 1e6
_BITS = np.array([1e6, 4e6, 2e6, 5e5])
_SNR_HZ = np.array([3e7, 5e6, 1e6, 2e8])


def _exact_band_hz(rate: float, snr_hz: float, gap: float) -> mpmath.mpf:
    """Lambert-W root of b log2(1 + s/b) = R: with y = R ln2 / s, s/b = -W_-1(-y e^-y) / y - 1."""
    with mpmath.workdps(50):
        s = mpmath.mpf(snr_hz) / mpmath.mpf(gap)
        y = mpmath.mpf(rate) * mpmath.log(2) / s
        return s / (-mpmath.re(mpmath.lambertw(-y * mpmath.exp(-y), -1)) / y - 1)


@pytest.mark.parametrize("snr", [1e6, 1e2, 1.0, 1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("gap", [1.0, 10**0.2])
@pytest.mark.parametrize("band_hz", [180e3, 1.37e7])
def test_required_band_is_the_root(snr: float, gap: float, band_hz: float) -> None:
    snr_hz = snr * gap * band_hz
    rate = float(rate_bps(np.float64(band_hz), np.float64(snr_hz), gap))
    assert required_band_hz(rate, snr_hz, gap=gap) == pytest.approx(float(_exact_band_hz(rate, snr_hz, gap)), rel=1e-9)


@pytest.mark.parametrize("gap", [1.0, 10**0.2])
def test_no_band_is_enough_beyond_saturation(gap: float) -> None:
    saturation_bps = 1e6 / (gap * np.log(2.0))
    assert np.isfinite(required_band_hz(0.999 * saturation_bps, 1e6, gap=gap))
    assert required_band_hz(saturation_bps, 1e6, gap=gap) == np.inf
    assert required_band_hz(1.001 * saturation_bps, 1e6, gap=gap) == np.inf


def test_a_cap_on_efficiency_sets_the_least_band() -> None:
    assert required_band_hz(1e6, 1e12, cap_bps_per_hz=5.0) == pytest.approx(2e5, rel=1e-12)


def test_fixed_efficiency_shares_are_proportional_to_load() -> None:
    """B_k = B (D_k/SE_k) / sum, T = sum(D_k/SE_k) / B."""
    efficiency = np.array([4.0, 2.0, 0.5, 6.0])
    bands_hz = divide_band(_BAND_HZ, _BITS / efficiency, work_conserving=True)
    assert bands_hz.sum() == pytest.approx(_BAND_HZ, rel=1e-12)
    assert _BITS / (efficiency * bands_hz) == pytest.approx([(_BITS / efficiency).sum() / _BAND_HZ] * 4, rel=1e-12)


@pytest.mark.parametrize("gap", [1.0, 10**0.2])
@pytest.mark.parametrize("snr_hz", [_SNR_HZ, _SNR_HZ * 1e-2])
def test_min_max_uploads_finish_together_and_use_the_whole_band(gap: float, snr_hz: np.ndarray) -> None:
    bands_hz, finish_s = min_max_bands_hz(_BITS, snr_hz, _BAND_HZ, gap=gap)
    assert bands_hz.sum() == pytest.approx(_BAND_HZ, rel=1e-9)
    assert _BITS / rate_bps(bands_hz, snr_hz, gap) == pytest.approx([finish_s] * 4, rel=1e-9)


@pytest.mark.parametrize("gap", [1.0, 10**0.2])
def test_min_max_finish_time_is_the_exact_root(gap: float) -> None:
    _, finish_s = min_max_bands_hz(_BITS, _SNR_HZ, _BAND_HZ, gap=gap)

    def needed_hz(t_s: float) -> mpmath.mpf:
        return sum(_exact_band_hz(d / t_s, s, gap) for d, s in zip(_BITS, _SNR_HZ, strict=True))

    assert needed_hz(finish_s * (1.0 + 1e-9)) < _BAND_HZ < needed_hz(finish_s * (1.0 - 1e-9))


def test_min_max_under_a_cap() -> None:
    """The strong at b cap, the weak at their curve, all at the same time; without the cap the strong get too little."""
    bands_hz, finish_s = min_max_bands_hz(_BITS, _SNR_HZ, _BAND_HZ, cap_bps_per_hz=3.0)
    rates = np.minimum(rate_bps(bands_hz, _SNR_HZ), 3.0 * bands_hz)
    capped = rate_bps(bands_hz, _SNR_HZ) > 3.0 * bands_hz
    assert capped.any() and not capped.all() and bands_hz.sum() == pytest.approx(_BAND_HZ, rel=1e-9)
    assert _BITS / rates == pytest.approx([finish_s] * 4, rel=1e-9)


def test_min_max_beats_every_other_division() -> None:
    bands_hz, finish_s = min_max_bands_hz(_BITS, _SNR_HZ, _BAND_HZ)
    for direction in np.eye(4) - 0.25:
        moved_hz = bands_hz + 1e-3 * _BAND_HZ * direction
        assert (_BITS / rate_bps(moved_hz, _SNR_HZ)).max() > finish_s


def test_min_max_with_equal_efficiencies_follows_the_fixed_efficiency_formula() -> None:
    """Loads proportional to received power give everyone the same SNR, hence shares proportional to load."""
    bands_hz, finish_s = min_max_bands_hz(_BITS, 5.0 * _BITS, _BAND_HZ)
    efficiency = np.log2(1.0 + 5.0 * _BITS.sum() / _BAND_HZ)
    assert bands_hz == pytest.approx(_BAND_HZ * _BITS / _BITS.sum(), rel=1e-9)
    assert finish_s == pytest.approx(_BITS.sum() / efficiency / _BAND_HZ, rel=1e-9)
