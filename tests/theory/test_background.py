"""Foreign traffic against its laws: two-state Markov chain, M/M/infinity, and what is left of the band."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.radio.background import Background
from wfsim.rng import Streams

_ON_OFF = {"kind": "on_off", "mean_on_s": 0.5, "mean_off_s": 1.5, "share": 0.6}
_POISSON = {"kind": "poisson", "rate_per_s": 4.0, "mean_s": 0.75, "share": 0.01, "max_share": 0.99}
_CAPPED = {"kind": "shannon", "max_bps_per_hz": 2.0}
_LAGS_S = (0.2, 0.75, 2.0)
_APART_S = 6.0  # samples of one path, 8 mean lengths apart: their correlation is 3e-4


@pytest.fixture(scope="module")
def counts() -> NDArray[np.float64]:
    """Sessions present [samples, 1 + lags] at times of one path and at the lags after them."""
    traffic = Background.parse(_POISSON).realise(Streams(4), "up", 0.0)
    starts_s = _APART_S * np.arange(1500)
    return np.array([[traffic.share(t_s + lag_s) / 0.01 for lag_s in (0.0, *_LAGS_S)] for t_s in starts_s])


def _shares(background: dict[str, Any], times_s: list[float], paths: int) -> NDArray[np.float64]:
    """Shares [paths, times] of independent seeds."""
    part = Background.parse(background)
    traffic = [part.realise(Streams(seed), "up", 0.0) for seed in range(paths)]
    return np.array([[path.share(t_s) for t_s in times_s] for path in traffic])


def _within(values: NDArray[np.float64], expected: float) -> bool:
    """|mean - expected| < 4.5 standard errors."""
    return abs(values.mean() - expected) < 4.5 * values.std(ddof=1) / math.sqrt(len(values))


def test_on_off_is_stationary_from_the_start() -> None:
    """P(on) = mean_on / (mean_on + mean_off) at any time."""
    shares = _shares(_ON_OFF, [0.0, 7.3], 3000)
    assert set(np.unique(shares)) == {0.0, 0.6}
    assert all(_within(shares[:, column] / 0.6, 0.25) for column in (0, 1))


@pytest.mark.parametrize("lag_s", [0.1, 0.4, 1.5])
def test_on_off_correlates_as_a_two_state_chain(lag_s: float) -> None:
    """P(on at t and at t + lag) = p (p + (1 - p) exp(-lag (1/mean_on + 1/mean_off)))."""
    both = _shares(_ON_OFF, [3.0, 3.0 + lag_s], 3000).all(axis=1)
    assert _within(both.astype(float), 0.25 * (0.25 + 0.75 * math.exp(-lag_s * (1 / 0.5 + 1 / 1.5))))


@pytest.mark.parametrize(("share", "mean_s"), [(0.6, 0.5), (0.0, 1.5)])
def test_on_and_off_periods_are_exponential(share: float, mean_s: float) -> None:
    """Mean m and second moment 2 m^2 of whole periods, from one long path."""
    traffic = Background.parse(_ON_OFF).realise(Streams(3), "down", 0.0)
    changes_s, states = [traffic.holds_until_s(0.0)], []
    while len(changes_s) < 6000:
        states.append(traffic.share(changes_s[-1]))
        changes_s.append(traffic.holds_until_s(changes_s[-1]))
    periods_s = np.diff(changes_s)[np.array(states) == share]
    assert _within(periods_s, mean_s) and _within(periods_s**2, 2.0 * mean_s**2)


def test_sessions_are_stationary_from_the_start() -> None:
    """Mean rate x mean_s = 3 at t = 0, over seeds."""
    assert _within(_shares(_POISSON, [0.0], 300)[:, 0] / 0.01, 3.0)


def test_sessions_at_any_time_are_poisson(counts: NDArray[np.float64]) -> None:
    """Mean and variance rate x mean_s = 3 (Kleinrock 1975, ch. 3)."""
    assert _within(counts[:, 0], 3.0)
    fourth_moment = 3.0 + 3.0 * 3.0**2
    error = math.sqrt((fourth_moment - 3.0**2) / len(counts))
    assert abs(counts[:, 0].var(ddof=1) - 3.0) < 4.5 * error


@pytest.mark.parametrize(("column", "lag_s"), list(enumerate(_LAGS_S, start=1)))
def test_sessions_correlate_as_an_infinite_server_queue(counts: NDArray[np.float64], column: int, lag_s: float) -> None:
    """Covariance rate x mean_s x exp(-lag / mean_s)."""
    products = (counts[:, 0] - 3.0) * (counts[:, column] - 3.0)
    assert _within(products, 3.0 * math.exp(-lag_s / 0.75))


def test_sessions_beyond_the_limit_get_nothing_more() -> None:
    """E[min(N share, max_share)] over N ~ Poisson(3)."""
    shares = _shares({**_POISSON, "share": 0.2, "max_share": 0.5}, [2.0], 300)[:, 0]
    assert shares.max() == 0.5 and _within(shares, _mean_share(0.2, 0.5))


@pytest.mark.parametrize(("share", "max_share"), [(0.2, 0.5), (0.25, 0.9), (0.1, 0.1)])
def test_mean_shares(share: float, max_share: float) -> None:
    assert Background.parse(_ON_OFF).mean_share() == pytest.approx(0.25 * 0.6, rel=1e-12)
    part = Background.parse({**_POISSON, "share": share, "max_share": max_share})
    assert part.mean_share() == pytest.approx(_mean_share(share, max_share), rel=1e-12)


@pytest.mark.parametrize(("rate_per_s", "expected"), [(1e-9, 0.5 * 1e-9), (1e3, 0.75)])
def test_mean_shares_of_hardly_any_and_of_very_many_sessions(rate_per_s: float, expected: float) -> None:
    part = Background.parse({"kind": "poisson", "rate_per_s": rate_per_s, "mean_s": 1.0, "share": 0.5})
    assert part.mean_share() == pytest.approx(expected, rel=1e-8)


def _mean_share(share: float, max_share: float) -> float:
    law = [math.exp(-3.0) * 3.0**n / math.factorial(n) for n in range(40)]
    return sum(p * min(n * share, max_share) for n, p in enumerate(law))


@pytest.mark.parametrize("engine", ["bulk", "reference"])
@pytest.mark.parametrize(
    ("background", "taken"),
    [(_ON_OFF, 0.25 * 0.6), ({**_POISSON, "share": 0.1}, _mean_share(0.1, 0.99))],
    ids=["on_off", "poisson"],
)
def test_a_saturated_transfer_gets_the_rest(
    make_air: Callable[..., Any], engine: str, background: dict[str, Any], taken: float
) -> None:
    """At the link's cap bits follow the band: E[bits in T] = T x cap x band x (1 - E[share]), stationary from t = 0."""
    sent_bits = []
    for seed in range(200):
        air = make_air((1e12,), link=_CAPPED, background=background, seed=seed, engine=engine)
        air.send("A", [1e5] * 30)
        air.cut("A", at_s=1.0)
        sent_bits.append(air.run().ended("A")["sent_bits"])
    assert _within(np.array(sent_bits), 2e6 * (1.0 - taken))
