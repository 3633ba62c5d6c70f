from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import RunError
from wfsim.radio.path_loss import PathLoss


def test_no_path_loss_is_zero_at_any_distance() -> None:
    assert np.array_equal(PathLoss.parse("none").loss_db(np.array([0.5, 1e6]), 2e9), [0.0, 0.0])


def test_free_space_loses_six_db_per_octave_of_distance_and_carrier() -> None:
    model = PathLoss.parse("free_space")
    near, far = model.loss_db(np.array([100.0, 200.0]), 2e9)
    assert far - near == pytest.approx(20.0 * np.log10(2.0))
    assert model.loss_db(np.array(100.0), 4e9) == pytest.approx(far)


def test_log_distance_with_exponent_two_is_free_space() -> None:
    distance_m = np.array([1.0, 30.0, 700.0])
    expected = PathLoss.parse("free_space").loss_db(distance_m, 3.5e9)
    assert PathLoss.parse({"kind": "log_distance", "exponent": 2}).loss_db(distance_m, 3.5e9) == pytest.approx(expected)


def test_log_distance_starts_from_a_given_reference() -> None:
    model = PathLoss.parse({"kind": "log_distance", "exponent": 3.5, "reference_m": 10, "reference_db": 60})
    assert model.loss_db(np.array([10.0, 100.0]), 1e9) == pytest.approx([60.0, 95.0])


@pytest.mark.parametrize(
    ("model", "distance_m", "carrier_hz", "words"),
    [
        ("none", -1.0, 2e9, ["none", "distance -1 m", "above 0"]),
        ("free_space", 0.1, 2e9, ["free_space", "distance 0.1 m", "0.149896"]),
        ("log_distance", 0.9, 2e9, ["log_distance", "distance 0.9 m", "1 and finite m"]),
        ("macro_128", 34.0, 2e9, ["macro_128", "distance 34 m", "35 to 5000 m"]),
        ("macro_128", 5001.0, 2e9, ["macro_128", "distance 5001 m", "35 to 5000 m"]),
        ("macro_128", 100.0, 3.5e9, ["macro_128", "carrier 3.5e+09 Hz", "1.8e+09 to 2.2e+09 Hz"]),
        ("free_space", 100.0, 0.0, ["free_space", "carrier 0 Hz", "above 0"]),
    ],
)
def test_outside_its_validity_a_model_says_which_value_and_range(
    model: str, distance_m: float, carrier_hz: float, words: list[str]
) -> None:
    with pytest.raises(RunError) as error:
        PathLoss.parse(model).loss_db(np.array([100.0, distance_m]), carrier_hz)
    assert all(word in str(error.value) for word in words)


def test_the_ends_of_a_validity_range_are_inside() -> None:
    assert np.isfinite(PathLoss.parse("macro_128").loss_db(np.array([35.0, 5000.0]), 2e9)).all()


@pytest.mark.parametrize("field", [{"exponent": 0.5}, {"reference_m": 0.0}, {"reference_db": float("nan")}])
def test_log_distance_refuses_impossible_fields(field: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        PathLoss.parse({"kind": "log_distance", **field})
