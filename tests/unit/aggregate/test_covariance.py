"""The covariance norm against the definition, product by product."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate.covariance import covariance_norm
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update


def random_case(shapes: AdapterShapes, uploads: int, seed: int) -> tuple[Adapter, list[Arrival]]:
    generator = np.random.default_rng(seed)

    def draw() -> Adapter:
        return Adapter.from_vector(shapes, generator.normal(size=shapes.entries).astype(np.float32))

    arrivals = []
    for number in range(uploads):
        values = draw()
        update = Update(pairs=values.pairs, dense=values.dense, weight=float(number + 1), base_version=0)
        arrivals.append(
            Arrival(members=(f"d{number}",), update=update, mask=np.ones(shapes.entries, bool), staleness=0)
        )
    return draw(), arrivals


@pytest.mark.parametrize(("rank", "uploads"), [(1, 2), (2, 3), (4, 12)])
def test_norm_is_that_of_the_definition(rank: int, uploads: int) -> None:
    shapes = AdapterShapes(
        rank=rank, pairs=(PairShape("m", 6, 9), PairShape("n", 20, 5)), dense=(TensorShape("h", (3,)),)
    )
    current, arrivals = random_case(shapes, uploads, seed=rank)
    weights = np.array([a.update.weight for a in arrivals]) / sum(a.update.weight for a in arrivals)
    total = 0.0
    for name, (a0, b0) in current.pairs.items():
        a = [a0.astype(float) + x.update.pairs[name].a for x in arrivals]
        b = [b0.astype(float) + x.update.pairs[name].b for x in arrivals]
        products = sum(p * bk @ ak for p, ak, bk in zip(weights, a, b, strict=True))
        means = sum(p * bk for p, bk in zip(weights, b, strict=True)) @ sum(
            p * ak for p, ak in zip(weights, a, strict=True)
        )
        total += np.sum((products - means) ** 2)
    assert covariance_norm(current, arrivals, 2.0) == pytest.approx(2.0 * np.sqrt(total), rel=1e-6)


def test_equal_updates_have_none() -> None:
    shapes = AdapterShapes(rank=2, pairs=(PairShape("m", 4, 4),), dense=())
    current, arrivals = random_case(shapes, 1, seed=3)
    twice = [arrivals[0], Arrival(members=("e",), update=arrivals[0].update, mask=arrivals[0].mask, staleness=0)]
    assert covariance_norm(current, twice, 1.0) == pytest.approx(0.0, abs=1e-9)
    assert covariance_norm(current, arrivals, 1.0) == 0.0


def test_devices_that_began_elsewhere_differ_without_learning() -> None:
    """Zero deltas from two starts: the error of averaging the starts themselves."""
    shapes = AdapterShapes(rank=1, pairs=(PairShape("m", 1, 1),), dense=())
    zero = Adapter.from_vector(shapes, np.zeros(2, np.float32))
    arrivals = [
        Arrival(
            members=(name,),
            update=Update(pairs=zero.pairs, dense={}, weight=1.0, base_version=0),
            mask=np.ones(2, bool),
            staleness=0,
            start=np.array(start, np.float32),
        )
        for name, start in (("a", [1.0, 1.0]), ("b", [3.0, 3.0]))
    ]
    assert covariance_norm(zero, arrivals, 1.0) == pytest.approx((1.0 + 9.0) / 2 - 2.0 * 2.0)
