"""Clarke's and Ornstein-Uhlenbeck fading against their closed forms (fading.json holds formula and source)."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from wfsim.radio.fading import Fading
from wfsim.rng import Streams
from wfsim.units import SPEED_OF_LIGHT_MPS

_ORACLE = json.loads((Path(__file__).parent / "fading.json").read_text(encoding="utf-8"))
_STEPS_PER_PERIOD, _PERIODS, _FINE_LINKS = 400, 5, 200


def _paths(links: int, kind: str = "clarke", **fields: Any) -> Any:
    return Fading.parse({"kind": kind, **fields}).realise(Streams(3), [f"d{number}" for number in range(links)])


def _check_mean(samples: NDArray[np.float64], mean: float) -> None:
    assert abs(samples.mean() - mean) < 4.5 * samples.std(ddof=1) / math.sqrt(len(samples))


def _check_exponential(gains: NDArray[np.float64]) -> None:
    distance = stats.kstest(gains, "expon").statistic
    assert distance < stats.kstwobign.isf(2.0 * stats.norm.sf(4.5)) / math.sqrt(len(gains))


@pytest.mark.parametrize("case", _ORACLE["jakes_autocorrelation"]["cases"])
@pytest.mark.parametrize("amplitudes", ["fixed", "gaussian"])
def test_autocorrelation(case: dict[str, float], amplitudes: str) -> None:
    """E[h(t + s) h*(t)] = J0(2 pi f_d s), f_d = v f_c / c, over links."""
    doppler_hz = case["v_mps"] * case["fc_ghz"] * 1e9 / SPEED_OF_LIGHT_MPS
    paths = _paths(1500, doppler_hz=doppler_hz, amplitudes=amplitudes)
    t_s = np.array([0.37, 0.37 + case["tau_ms"] * 1e-3])
    h = np.array([paths.complex_gain(link, t_s) for link in range(1500)])
    products = h[:, 1] * h[:, 0].conj()
    _check_mean(products.real, case["rho"])
    _check_mean(products.imag, 0.0)


@cache
def _envelopes(amplitudes: str) -> NDArray[np.float64]:
    """|h| [links, steps] over 5 Doppler periods in steps of 1/400; time is in periods, so one set serves every f_d."""
    paths = _paths(_FINE_LINKS, doppler_hz=1.0, amplitudes=amplitudes)
    t_s = 1e4 + np.arange(_STEPS_PER_PERIOD * _PERIODS) / _STEPS_PER_PERIOD
    return np.abs([paths.complex_gain(link, t_s) for link in range(_FINE_LINKS)])


@pytest.mark.parametrize("case", _ORACLE["lcr_afd"]["cases"])
@pytest.mark.parametrize("amplitudes", ["fixed", "gaussian"])
def test_level_crossings_and_fade_durations(case: dict[str, float], amplitudes: str) -> None:
    """Crossings per second sqrt(2 pi) f_d r exp(-r^2); time below per crossing (exp(r^2) - 1) / (r f_d sqrt(2 pi))."""
    below = _envelopes(amplitudes) < case["r"]
    crossings = (below[:, 1:] & ~below[:, :-1]).sum(axis=1)
    _check_mean(crossings * case["fd_hz"] / _PERIODS, case["lcr_hz"])
    below_s = below.mean(axis=1) * _PERIODS / case["fd_hz"]
    _check_mean(below_s - case["afd_s"] * crossings, 0.0)


@pytest.mark.parametrize("case", _ORACLE["sos_fourth_moment"]["cases"])
def test_fourth_moment_of_equal_waves(case: dict[str, float]) -> None:
    """E|h|^4 = 2 - 1/N: with 8 waves visibly not Rayleigh."""
    waves, t_s = int(case["N"]), 500.0 + 0.97 * np.arange(200)
    paths = _paths(400, doppler_hz=1.0, sinusoids=waves)
    fourth = np.array([(np.abs(paths.complex_gain(link, t_s)) ** 4).mean() for link in range(400)])
    _check_mean(fourth, case["m4"])
    assert waves > 8 or fourth.mean() + 4.5 * fourth.std() / math.sqrt(400) < 2.0


def test_gaussian_waves_are_rayleigh_and_links_differ_in_power() -> None:
    """|h|^2 ~ Exp(1) over links; a link's own mean power has variance 1/N, with equal waves none."""
    links, t_s = 1500, 9.7 * np.arange(100)
    paths = {amplitudes: _paths(links, doppler_hz=1.0, amplitudes=amplitudes) for amplitudes in ("fixed", "gaussian")}
    power = {
        amplitudes: np.array([np.abs(each.complex_gain(link, t_s)) ** 2 for link in range(links)])
        for amplitudes, each in paths.items()
    }
    _check_exponential(power["gaussian"][:, 0])
    # over 100 nearly independent times, a mean has variance 1/100 beside that of the link's power
    spread = {amplitudes: each.mean(axis=1).var() for amplitudes, each in power.items()}
    assert spread["fixed"] < 0.012 and 0.8 / 64 < spread["gaussian"] - spread["fixed"] < 1.2 / 64


@pytest.mark.parametrize(("first", "count"), [(-70, 10), (0, 130), (10**7, 1)])
def test_a_block_holds_the_gain_of_its_middle(first: int, count: int) -> None:
    paths = _paths(3, doppler_hz=8.0)
    assert paths.coherence_s == 1.0 / 160.0
    middles_s = (np.arange(first, first + count) + 0.5) / 160.0
    expected = [np.abs(paths.complex_gain(link, middles_s)) ** 2 for link in (2, 0)]
    assert np.allclose(paths.block_gains(np.array([2, 0]), first, count), expected, rtol=1e-9, atol=1e-12)


def test_ou_forgets_exponentially() -> None:
    """Cov(|h_k|^2, |h_{k+m}|^2) = rho^(2 m), within a tile of 64 blocks and across its edge; |h|^2 ~ Exp(1)."""
    gains = _paths(3000, "ou", tau_s=2.0, coherence_s=0.2).block_gains(np.arange(3000), 50, 30)
    for first, lag in ((0, 2), (10, 8), (0, 29)):
        products = (gains[:, first] - 1.0) * (gains[:, first + lag] - 1.0)
        _check_mean(products, math.exp(-2.0 * lag * 0.2 / 2.0))
    _check_exponential(gains[:, -1])


@pytest.mark.parametrize("coherence_s", [0.02, 0.3, 50.0])
def test_ou_is_one_ar1_process_over_all_tiles(coherence_s: float) -> None:
    """h' = rho h + sqrt(1 - rho^2) w, followed block by block from long before."""
    rho, h, gains = math.exp(-coherence_s / 1.5), 0.0j, []
    for tile in range(-60, 3):
        noise = Streams(3).generator("ou", "d0", tile).standard_normal((2, 64))
        for w in (noise[0] + 1j * noise[1]) / math.sqrt(2.0):
            h = rho * h + math.sqrt(1.0 - rho**2) * w
            gains.append(abs(h) ** 2)
    paths = _paths(1, "ou", tau_s=1.5, coherence_s=coherence_s)
    assert np.allclose(paths.block_gains(np.array([0]), -64, 256)[0], gains[-256:], rtol=1e-9, atol=1e-12)
