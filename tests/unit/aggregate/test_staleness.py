"""Weights of stale updates by hand, and what the aggregators make of them.

Two devices, two entries, weights 3 and 1; p is fresh, q three versions old: (1 + 3)^-0.5 = 1/2.

              h1    h2
  current    1.0   2.0
  delta p    0.4   0.0
  delta q    0.8   0.4
  start q    0.6   2.4

  fedit:  1 + (3*0.4 + 1*0.8/2)/4 = 1.4;  2 + (1*0.4/2)/4 = 2.05;  with server_lr 0.5: 1.2, 2.025
  mixing, alpha 0.5: q's own adapter is 1.4, 2.8, which is 0.4, 0.8 away from the global one:
          1 + 0.5 (3*0.4 + 1*0.4/2)/4 = 1.175;  2 + 0.5 (1*0.8/2)/4 = 2.05
"""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate import Aggregator
from wfsim.aggregate.covariance import covariance_norm
from wfsim.aggregate.fedit import FedIt
from wfsim.aggregate.mixing import Mixing
from wfsim.aggregate.staleness import Staleness
from wfsim.aggregate.staleness.hinge import Hinge
from wfsim.aggregate.staleness.polynomial import Polynomial
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

SHAPES = AdapterShapes(rank=1, pairs=(), dense=(TensorShape("h", (2,)),))
CURRENT = np.array([1.0, 2.0], np.float32)
EVERYTHING = np.ones(2, bool)


def arrival(
    name: str, delta: list[float], weight: float, age: int = 0, start: list[float] | None = None, mask=EVERYTHING
) -> Arrival:
    values = Adapter.from_vector(SHAPES, np.array(delta, np.float32) * mask)
    update = Update(pairs=values.pairs, dense=values.dense, weight=weight, base_version=0)
    begun = CURRENT if start is None else np.array(start, np.float32)
    return Arrival(members=(name,), update=update, mask=mask, staleness=age, start=begun)


def aggregated(aggregator: Aggregator, *arrivals: Arrival) -> np.ndarray:
    return aggregator.aggregate(Adapter.from_vector(SHAPES, CURRENT), arrivals, SHAPES).vector()


TWO = (arrival("p", [0.4, 0.0], 3.0), arrival("q", [0.8, 0.4], 1.0, age=3, start=[0.6, 2.4]))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("constant", [1.0, 1.0, 1.0, 1.0]),
        ({"kind": "polynomial", "a": 0.5}, [1.0, 0.5, 1 / 3, 0.1]),
        ({"kind": "polynomial", "a": 1.0}, [1.0, 0.25, 1 / 9, 0.01]),
        ({"kind": "hinge", "a": 0.5, "b": 3}, [1.0, 1.0, 1 / 3.5, 1 / 49.0]),
        ({"kind": "hinge", "a": 10.0, "b": 0}, [1.0, 1 / 31, 1 / 81, 1 / 991]),
    ],
)
def test_weights_at_0_3_8_and_99_versions(rule, expected: list[float]) -> None:
    assert [Staleness.parse(rule).weight(age) for age in (0, 3, 8, 99)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("aggregator", "expected"),
    [
        (FedIt(staleness=Polynomial(a=0.5)), [1.4, 2.05]),
        (FedIt(staleness=Polynomial(a=0.5), server_lr=0.5), [1.2, 2.025]),
        (FedIt(), [1.5, 2.1]),
        (Mixing(alpha=0.5, staleness=Polynomial(a=0.5)), [1.175, 2.05]),
        (Mixing(alpha=1.0), [1.4, 2.2]),
    ],
)
def test_two_devices_worked_on_paper(aggregator: Aggregator, expected: list[float]) -> None:
    np.testing.assert_allclose(aggregated(aggregator, *TWO), expected, rtol=0, atol=1e-6)


def test_without_stale_updates_the_rule_changes_no_bit() -> None:
    fresh = (arrival("p", [0.4, 0.1], 3.0), arrival("q", [0.8, 0.4], 7.0))
    plain = aggregated(FedIt(), *fresh)
    assert aggregated(FedIt(staleness=Hinge(a=3.0, b=0)), *fresh).tobytes() == plain.tobytes()
    assert aggregated(Mixing(alpha=1.0, staleness=Polynomial(a=2.0)), *fresh).tobytes() == plain.tobytes()


def test_mixing_is_fedasync_s_own_formula() -> None:
    """(1 - a w) x + a w x_k with w = 1 / (0.5 (5 - 1) + 1) = 1/3 and a = 0.6."""
    start, delta = np.array([0.25, 3.0]), np.array([1.0, -0.5])
    mixed = aggregated(Mixing(alpha=0.6, staleness=Hinge(a=0.5, b=1)), arrival("k", list(delta), 9.0, 5, list(start)))
    np.testing.assert_allclose(mixed, 0.8 * CURRENT + 0.2 * (start + delta), rtol=1e-6)


def test_mixing_leaves_alone_what_did_not_arrive() -> None:
    came = np.array([True, False])
    mixed = aggregated(Mixing(alpha=0.5), arrival("k", [0.4, 9.0], 1.0, age=2, start=[2.0, 7.0], mask=came))
    np.testing.assert_allclose(mixed, [1.7, 2.0], rtol=0, atol=1e-6)


def test_an_upload_without_its_start_cannot_be_mixed() -> None:
    came = arrival("k", [0.4, 0.4], 1.0)
    unknown = Arrival(members=("k",), update=came.update, mask=came.mask, staleness=1)
    with pytest.raises(ValueError, match="the upload of k does not say what it was trained from"):
        aggregated(Mixing(), unknown)


@pytest.mark.parametrize("aggregator", [FedIt(), Mixing(alpha=0.5)])
def test_where_only_b_is_trained_a_never_moves_and_the_mean_is_exact(aggregator: Aggregator) -> None:
    """FFA-LoRA: the mean of the products is the product of the means."""
    shapes = AdapterShapes(rank=2, pairs=(PairShape("m", 4, 3),), dense=(TensorShape("h", (2,)),), factors="b")
    generator = np.random.default_rng(1)
    current = Adapter.from_vector(shapes, generator.normal(size=shapes.entries).astype(np.float32))
    arrivals = [
        Arrival(
            members=(name,),
            update=Update(pairs=values.pairs, dense=values.dense, weight=weight, base_version=0),
            mask=shapes.trained,
            staleness=1,
            start=current.vector(),
        )
        for name, weight in (("p", 3.0), ("q", 1.0))
        for values in [
            Adapter.from_vector(shapes, (generator.normal(size=shapes.entries) * shapes.trained).astype(np.float32))
        ]
    ]
    moved = aggregator.aggregate(current, arrivals, shapes)
    assert np.array_equal(moved.pairs["m"].a, current.pairs["m"].a)
    assert np.all(moved.pairs["m"].b != current.pairs["m"].b)
    assert covariance_norm(current, arrivals, 2.0) == 0.0
