from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.compress._numbers import FORMATS
from wfsim.compress.dense import Dense
from wfsim.messages import Adapter, AdapterShapes, TensorShape

_INT8 = FORMATS["int8"]
_SHAPES = AdapterShapes(rank=1, pairs=(), dense=(TensorShape("head", (700,)), TensorShape("bias", (30,))))


def _there_and_back(values: list[float]) -> NDArray[np.float32]:
    return _INT8.decode(*_INT8.encode(np.array(values, dtype=np.float32)))


def test_int8_rounds_halves_to_even() -> None:
    """Scale 127/127 = 1."""
    values = [127.0, 0.5, 1.5, -2.5, 0.49, -127.0]
    assert _there_and_back(values).tolist() == [127.0, 0.0, 2.0, -2.0, 0.0, -127.0]


@pytest.mark.parametrize("spread", [0.0, 4.0])
@pytest.mark.parametrize("max_bytes", [32, 100, 1472])
def test_int8_errs_by_half_a_step_of_its_fragment_at_most(spread: float, max_bytes: int) -> None:
    """|error| <= max|x| / 254 of the fragment; binary32 rounding of scale and product adds at most 2^-23 max|x|."""
    generator = np.random.default_rng(2)
    vector = generator.standard_normal(_SHAPES.entries) * 10.0 ** generator.uniform(-spread, spread, _SHAPES.entries)
    vector, codec = vector.astype(np.float32), Dense(values="int8")
    for fragment in codec.encode(Adapter.from_vector(_SHAPES, vector), _SHAPES, max_bytes).fragments:
        decoded, mask = codec.decode([fragment], _SHAPES)
        largest = np.abs(vector[mask]).max()
        assert np.abs(decoded[mask] - vector[mask]).max() <= largest * (1.0 / 254.0 + 2.0**-23)


def test_int8_takes_a_byte_per_entry_and_a_scale_per_fragment() -> None:
    """4 of header, 4 of scale, 10 + 700 and 10 + 30 of runs."""
    plan = Dense(values="int8").plan(_SHAPES, 1472)
    assert plan.fragment_bytes == (8 + 710 + 40,) and plan.fragment_entries == (730,)


def test_int8_of_zeros_is_zero() -> None:
    assert _there_and_back([0.0, -0.0, 0.0]).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("tiny", [1e-45, 1.4e-36])
def test_int8_of_numbers_too_small_for_a_full_scale_is_zero(tiny: float) -> None:
    assert _there_and_back([tiny, -tiny]).tolist() == [0.0, 0.0]


def test_int8_holds_the_largest_numbers() -> None:
    largest = float(np.finfo(np.float32).max)
    assert _there_and_back([largest, 1.0]) == pytest.approx([largest, 0.0], rel=1e-6)


def test_int8_marks_what_is_not_finite_and_spoils_nothing_else() -> None:
    decoded = _there_and_back([np.nan, 1.0, np.inf, -np.inf, -1.0])
    assert np.isnan(decoded).tolist() == [True, False, True, True, False]
    assert decoded[[1, 4]].tolist() == [1.0, -1.0]
    assert np.isnan(_there_and_back([np.inf, np.nan])).all()
