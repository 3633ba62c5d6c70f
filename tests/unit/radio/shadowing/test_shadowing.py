from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import RunError
from wfsim.radio.shadowing import Links, Shadowing
from wfsim.rng import Streams

_COUNT = 20
_PLACES_M = np.random.default_rng(1).uniform(-200.0, 200.0, (_COUNT, 2))


def links(chosen: slice = slice(None), station: str = "bs", **facts: np.ndarray) -> Links:
    names = tuple(f"link{number}" for number in range(_COUNT))[chosen]
    return Links(names=names, station=station, position_m=_PLACES_M[chosen], **facts)


def test_log_normal_scales_one_draw_per_link_with_its_standard_deviation() -> None:
    one = Shadowing.parse({"kind": "log_normal", "std_db": 1}).realise(Streams(3), links())
    eight = Shadowing.parse("log_normal").realise(Streams(3), links())
    assert eight == pytest.approx(8.0 * one, rel=1e-15)
    assert len(set(one)) == _COUNT


def test_log_normal_keeps_the_draws_it_always_had() -> None:
    """The address is `shadowing`/link: nothing else may enter."""
    expected = [8.0 * Streams(3).generator("shadowing", link).standard_normal() for link in links()]
    assert np.array_equal(Shadowing.parse("log_normal").realise(Streams(3), links(station="other")), expected)


def test_log_normal_takes_the_path_loss_models_deviation_link_by_link() -> None:
    one = Shadowing.parse({"kind": "log_normal", "std_db": 1}).realise(Streams(3), links())
    std_db = np.linspace(1.0, 9.0, _COUNT)
    part = Shadowing.parse({"kind": "log_normal", "std_db": None})
    assert part.realise(Streams(3), links(std_db=std_db)) == pytest.approx(std_db * one)


def test_another_seed_gives_other_shadowing() -> None:
    model = Shadowing.parse("log_normal")
    assert not np.any(model.realise(Streams(1), links()) == model.realise(Streams(2), links()))


def test_correlated_depends_on_place_and_station_and_not_on_the_name() -> None:
    part = Shadowing.parse({"kind": "correlated", "std_db": 8, "correlation_m": 50})
    whole = part.realise(Streams(1), links())
    assert np.array_equal(part.realise(Streams(1), links(slice(7, 3, -1))), whole[7:3:-1])
    renamed = Links(names=("x",), station="bs", position_m=_PLACES_M[[5]])
    assert part.realise(Streams(1), renamed)[0] == whole[5]
    assert not np.any(part.realise(Streams(1), links(station="other")) == whole)


def test_own_values_go_before_those_of_the_path_loss_model() -> None:
    facts = {"std_db": np.full(_COUNT, 4.0), "correlation_m": np.full(_COUNT, 10.0)}
    from_model = Shadowing.parse("correlated").realise(Streams(1), links(**facts))
    own = Shadowing.parse({"kind": "correlated", "std_db": 8.0, "correlation_m": 10.0}).realise(
        Streams(1), links(**facts)
    )
    assert own == pytest.approx(2.0 * from_model)
    wider = Shadowing.parse({"kind": "correlated", "correlation_m": 500.0}).realise(Streams(1), links(**facts))
    assert np.ptp(wider) < np.ptp(from_model)


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"kind": "log_normal", "std_db": None}, "std_db"),
        ({"kind": "correlated"}, "std_db"),
        ({"kind": "correlated", "std_db": 8.0}, "correlation_m"),
    ],
)
def test_what_neither_says_is_an_error_that_names_it(fields: dict[str, object], missing: str) -> None:
    with pytest.raises(RunError, match=f"shadowing {fields['kind']}: .* names no {missing}.*; give {missing}"):
        Shadowing.parse(fields).realise(Streams(1), links())


@pytest.mark.parametrize(
    "fields", [{"kind": "log_normal", "std_db": -1.0}, {"kind": "correlated", "correlation_m": 0.0}]
)
def test_impossible_fields_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Shadowing.parse(fields)
