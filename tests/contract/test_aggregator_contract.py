from __future__ import annotations

import random

import numpy as np
import pytest

from wfsim.aggregate import Aggregator
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

pytestmark = pytest.mark.parametrize("kind", sorted(Aggregator.kinds))
_SHAPES = AdapterShapes(rank=2, pairs=(PairShape("q", 6, 5), PairShape("v", 3, 4)), dense=(TensorShape("head", (7,)),))


def _vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(_SHAPES.entries).astype(np.float32)


def _arrival(name: str, vector: np.ndarray, weight: float = 1.0, share: float = 1.0) -> Arrival:
    mask = np.random.default_rng(len(name)).random(_SHAPES.entries) < share
    values = Adapter.from_vector(_SHAPES, vector * mask)
    return Arrival(
        members=(name,),
        mask=mask,
        staleness=0,
        update=Update(pairs=values.pairs, dense=values.dense, weight=weight, base_version=0),
    )


def _next(kind: str, arrivals: list[Arrival], current: np.ndarray) -> np.ndarray:
    return Aggregator.parse(kind).aggregate(Adapter.from_vector(_SHAPES, current), arrivals, _SHAPES).vector()


def test_the_order_of_arrival_does_not_matter_bit_for_bit(kind: str) -> None:
    arrivals = [_arrival(f"d{'x' * i}", _vector(i), weight=1.0 + i, share=0.7) for i in range(6)]
    expected = _next(kind, arrivals, _vector(9))
    for seed in range(5):
        shuffled = random.Random(seed).sample(arrivals, len(arrivals))
        assert _next(kind, shuffled, _vector(9)).tobytes() == expected.tobytes()


def test_one_device_returns_its_own_values(kind: str) -> None:
    zero = np.zeros(_SHAPES.entries, dtype=np.float32)
    assert np.array_equal(_next(kind, [_arrival("a", _vector(1))], zero), _vector(1))
    assert _next(kind, [_arrival("a", _vector(1))], _vector(2)) == pytest.approx(_vector(1) + _vector(2), abs=1e-6)


def test_devices_that_agree_are_one_device(kind: str) -> None:
    arrivals = [_arrival(name, _vector(1), weight) for name, weight in [("a", 1.0), ("b", 3.0), ("c", 0.5)]]
    assert _next(kind, arrivals, _vector(2)) == pytest.approx(_next(kind, arrivals[:1], _vector(2)), abs=1e-6)


def test_it_leaves_its_inputs_alone_and_returns_float32(kind: str) -> None:
    current, arrival = Adapter.from_vector(_SHAPES, _vector(2)), _arrival("a", _vector(1))
    result = Aggregator.parse(kind).aggregate(current, [arrival], _SHAPES)
    assert np.array_equal(current.vector(), _vector(2)) and np.array_equal(arrival.update.vector(), _vector(1))
    assert result.vector().dtype == np.float32


def test_nothing_delivered_changes_nothing(kind: str) -> None:
    arrivals = [_arrival("a", _vector(1), share=0.0), _arrival("bb", _vector(3), share=0.0)]
    assert np.array_equal(_next(kind, arrivals, _vector(2)), _vector(2))
