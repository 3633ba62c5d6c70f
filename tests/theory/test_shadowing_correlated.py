"""Correlated shadowing and the state of the line of sight of moving devices, over ensembles of stations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from wfsim.radio.gaussian_field import GaussianField
from wfsim.radio.shadowing import Links, Shadowing
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio
from wfsim.world.roaming import Sight
from wfsim.world.terrain import Terrain

_FIELDS = 3000
_STEPS = np.array([0.1, 0.5, 1.0, 2.0])


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Values [fields, 5] of independent fields at 0, and at four distances (correlation lengths) in some direction."""
    places = np.array([3.0, -2.0]) + np.outer([0.0, *_STEPS], [0.6, 0.8])
    return np.array([GaussianField(Streams(5), "test", number).at(places) for number in range(_FIELDS)])


def test_the_autocorrelation_of_a_field_is_exponential(values: np.ndarray) -> None:
    for column, away in enumerate(_STEPS, start=1):
        products = values[:, 0] * values[:, column]
        assert abs(products.mean() - np.exp(-away)) < 4.5 * products.std(ddof=1) / np.sqrt(_FIELDS)


def test_a_field_is_standard_normal_at_every_place(values: np.ndarray) -> None:
    for column in (0, 4):
        assert stats.kstest(values[:, column], "norm").pvalue > 1e-5
        assert abs(stats.kurtosis(values[:, column])) < 4.5 * np.sqrt(24.0 / _FIELDS)


def test_one_realisation_shows_the_law_over_space() -> None:
    """Averages over a large map of one field: mean 0 and variance 1 within what 256 waves allow (1 / sqrt(256))."""
    places = np.random.default_rng(0).uniform(-1e4, 1e4, (4000, 2))
    field = GaussianField(Streams(5), "test", "space").at(places)
    assert abs(field.mean()) < 4.5 / np.sqrt(4000)
    assert abs(field.var() - 1.0) < 4.5 * np.sqrt(1.0 / 256 + 2.0 / 4000)


def links(station: str, position_m: np.ndarray, los: bool = True) -> Links:
    count = len(position_m)
    return Links(
        names=tuple(f"d{number}" for number in range(count)),
        station=station,
        position_m=position_m,
        los=np.full(count, los),
        std_db=np.full(count, 6.0),
        correlation_m=np.full(count, 50.0),
    )


def test_devices_of_one_station_share_what_neighbours_share() -> None:
    """7 m apart, exp(-7/50); other stations, and places without a line of sight, have landscapes of their own."""
    part, pair_m = Shadowing.parse("correlated"), np.array([[100.0, 20.0], [107.0, 20.0]])
    seen = np.array([part.realise(Streams(1), links(f"s{number}", pair_m)) for number in range(_FIELDS)]) / 6.0
    hidden = np.array([part.realise(Streams(1), links(f"s{number}", pair_m, False)) for number in range(_FIELDS)]) / 6.0
    for product, expected in (
        (seen[:, 0] * seen[:, 1], np.exp(-7.0 / 50.0)),
        (seen[:, 0] * hidden[:, 1], 0.0),
        (seen[1:, 0] * seen[:-1, 1], 0.0),
    ):
        assert abs(product.mean() - expected) < 4.5 * product.std(ddof=1) / np.sqrt(len(product))


def test_a_moving_device_keeps_law_and_correlation_of_its_line_of_sight() -> None:
    """Phi^-1 of the uniforms at the start, 20 m and 50 m on, d = 50 m: standard normal, correlation exp(-apart / d)."""
    terrain = Terrain(radio=Radio(), streams=Streams(2), station="bs")
    start_m, names = np.array([30.0, 40.0]), [f"d{number}" for number in range(_FIELDS)]
    places_m = start_m + np.outer([0.0, 20.0, 50.0], [1.0, 0.0])
    uniforms = np.array([Sight(terrain, name, start_m, 50.0).uniforms(places_m) for name in names])
    assert uniforms[:, 0] == pytest.approx(terrain.los_draws(names), rel=1e-9)
    for column in (1, 2):
        assert stats.kstest(uniforms[:, column], "uniform").pvalue > 1e-5
    scores = stats.norm.ppf(uniforms)
    for one, other, apart_m in ((0, 1, 20.0), (0, 2, 50.0), (1, 2, 30.0)):
        product = scores[:, one] * scores[:, other]
        assert abs(product.mean() - np.exp(-apart_m / 50.0)) < 4.5 * product.std(ddof=1) / np.sqrt(_FIELDS)
