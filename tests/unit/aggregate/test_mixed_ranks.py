"""HetLoRA and FlexLoRA against their definitions, with devices of different ranks."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate import Aggregator
from wfsim.aggregate.flexlora import FlexLora
from wfsim.aggregate.hetlora import HetLora
from wfsim.errors import ScenarioError
from wfsim.learning.masks import trained_entries, truncated
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

SHAPES = AdapterShapes(rank=3, pairs=(PairShape("m", 6, 4), PairShape("n", 3, 5)), dense=(TensorShape("h", (3,)),))
RANKS, WEIGHTS = (1, 3, 2), (5.0, 2.0, 3.0)


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(SHAPES.entries).astype(np.float32)


def arrivals(current: np.ndarray) -> list[Arrival]:
    """Devices that work with the first 1, 3 and 2 ranks."""
    made = []
    for number, (rank, weight) in enumerate(zip(RANKS, WEIGHTS, strict=True)):
        trains = trained_entries(SHAPES, rank)
        delta = Adapter.from_vector(SHAPES, vector(10 + number) * (1.0 if trains is None else trains))
        delta = Adapter.from_vector(SHAPES, delta.vector().astype(np.float32))
        update = Update(pairs=delta.pairs, dense=delta.dense, weight=weight, base_version=0)
        mask, start = np.ones(SHAPES.entries, bool), truncated(current, SHAPES, rank)
        made.append(Arrival(members=(f"d{number}",), update=update, mask=mask, staleness=0, start=start))
    return made


def ended(arrival: Arrival) -> Adapter:
    return Adapter.from_vector(SHAPES, arrival.start.astype(np.float64) + arrival.update.vector())


def products(adapter: Adapter) -> list[np.ndarray]:
    return [pair.b.astype(np.float64) @ pair.a for pair in adapter.pairs.values()]


def test_a_smaller_device_s_factors_end_at_its_rank() -> None:
    start = Adapter.from_vector(SHAPES, truncated(vector(1), SHAPES, 1))
    for name, pair in Adapter.from_vector(SHAPES, vector(1)).pairs.items():
        assert not start.pairs[name].a[1:].any() and not start.pairs[name].b[:, 1:].any()
        np.testing.assert_array_equal(start.pairs[name].a[:1], pair.a[:1])
    np.testing.assert_array_equal(start.dense["h"], Adapter.from_vector(SHAPES, vector(1)).dense["h"])
    assert truncated(vector(1), SHAPES, None).tobytes() == vector(1).tobytes()


def test_hetlora_averages_padded_factors_by_the_norms_of_their_products() -> None:
    came, current = arrivals(vector(1)), Adapter.from_vector(SHAPES, vector(1))
    norms = [np.sqrt(sum(np.sum(product**2) for product in products(ended(each)))) for each in came]
    weights = np.array(norms) / sum(norms)
    made = HetLora().aggregate(current, came, SHAPES)
    for name in current.pairs:
        for factor in (0, 1):
            mean = sum(p * ended(each).pairs[name][factor] for p, each in zip(weights, came, strict=True))
            np.testing.assert_allclose(made.pairs[name][factor], mean, atol=1e-6)
    head = sum(w * ended(each).dense["h"] for w, each in zip(WEIGHTS, came, strict=True)) / sum(WEIGHTS)
    np.testing.assert_allclose(made.dense["h"], head, atol=1e-6)


def test_hetlora_weighs_by_examples_while_all_products_are_zero() -> None:
    shapes = AdapterShapes(rank=1, pairs=(PairShape("m", 1, 2),), dense=())
    zero = np.zeros(shapes.entries, np.float32)
    came = []
    for name, weight, a in [("p", 3.0, 0.4), ("q", 1.0, 0.8)]:
        values = Adapter.from_vector(shapes, np.array([a, 0.0, 0.0], np.float32))
        update = Update(pairs=values.pairs, dense=values.dense, weight=weight, base_version=0)
        mask = np.ones(shapes.entries, bool)
        came.append(Arrival(members=(name,), update=update, mask=mask, staleness=0, start=zero))
    made = HetLora().aggregate(Adapter.from_vector(shapes, zero), came, shapes)
    np.testing.assert_allclose(made.vector(), [0.5, 0.0, 0.0], atol=1e-7)


def test_flexlora_is_the_best_approximation_of_the_mean_product() -> None:
    """Against the SVD of the full product, which the rule itself never forms."""
    came, current = arrivals(vector(1)), Adapter.from_vector(SHAPES, vector(1))
    made = FlexLora().aggregate(current, came, SHAPES)
    weights = np.array(WEIGHTS) / sum(WEIGHTS)
    for i, pair in enumerate(made.pairs.values()):
        u, s, vt = np.linalg.svd(sum(p * products(ended(each))[i] for p, each in zip(weights, came, strict=True)))
        best = (u[:, :3] * s[:3]) @ vt[:3]
        np.testing.assert_allclose(pair.b.astype(np.float64) @ pair.a, best, atol=1e-5)
        np.testing.assert_allclose(pair.a @ pair.a.T, np.eye(3), atol=1e-5)  # rows of A are orthonormal
        np.testing.assert_allclose(np.linalg.norm(pair.b, axis=0), s[:3], atol=1e-5)  # the first ranks are the best
    head = sum(w * ended(each).dense["h"] for w, each in zip(WEIGHTS, came, strict=True)) / sum(WEIGHTS)
    np.testing.assert_allclose(made.dense["h"], head, atol=1e-6)


def test_a_rank_above_the_matrix_is_padded_with_zeros() -> None:
    shapes = AdapterShapes(rank=4, pairs=(PairShape("m", 3, 2),), dense=())
    current = np.random.default_rng(1).standard_normal(shapes.entries).astype(np.float32)
    zero = Adapter.from_vector(shapes, np.zeros_like(current))
    update = Update(pairs=zero.pairs, dense=zero.dense, weight=1.0, base_version=0)
    mask = np.ones(shapes.entries, bool)
    came = [Arrival(members=("a",), update=update, mask=mask, staleness=0, start=current)]
    now = Adapter.from_vector(shapes, current)
    made = FlexLora().aggregate(now, came, shapes)
    np.testing.assert_allclose(made.pairs["m"].b @ made.pairs["m"].a, now.pairs["m"].b @ now.pairs["m"].a, atol=1e-6)
    assert not made.pairs["m"].a[2:].any()


def test_a_stale_product_leaves_its_share_to_the_current_one() -> None:
    """(1 + 3)^-0.5 = 1/2 of the way from the current product to that of the device."""
    rule = Aggregator.parse({"kind": "flexlora", "staleness": "polynomial"})
    shapes = AdapterShapes(rank=2, pairs=(PairShape("m", 2, 2),), dense=())
    current, start = (np.random.default_rng(seed).standard_normal(shapes.entries).astype(np.float32) for seed in (1, 2))
    zero = Adapter.from_vector(shapes, np.zeros_like(current))
    update = Update(pairs=zero.pairs, dense=zero.dense, weight=2.0, base_version=0)
    arrival = Arrival(members=("a",), update=update, mask=np.ones(shapes.entries, bool), staleness=3, start=start)
    now, then = (Adapter.from_vector(shapes, each).pairs["m"] for each in (current, start))
    made = rule.aggregate(Adapter.from_vector(shapes, current), [arrival], shapes).pairs["m"]
    np.testing.assert_allclose(made.b @ made.a, 0.5 * (now.b @ now.a + then.b @ then.a), atol=1e-5)


def test_flexlora_needs_both_factors() -> None:
    frozen = AdapterShapes(rank=1, pairs=(PairShape("m", 2, 2),), dense=(), factors="b")
    with pytest.raises(ScenarioError, match="flexlora changes both factors"):
        FlexLora().begin(frozen)


def test_a_lost_upload_counts_as_the_others_do_where_lost_ones_count() -> None:
    """Under no_change, of two devices one of which was lost, what came moves everything half as far."""
    current = vector(1)
    came = arrivals(current)[1]
    zero = Adapter.from_vector(SHAPES, np.zeros(SHAPES.entries, np.float32))
    nothing = Update(pairs=zero.pairs, dense=zero.dense, weight=came.update.weight, base_version=0)
    lost = Arrival(members=("x",), update=nothing, mask=np.zeros(SHAPES.entries, bool), staleness=0)
    rule = Aggregator.parse({"kind": "hetlora", "missing": "no_change"})
    now = Adapter.from_vector(SHAPES, current)
    alone, both = (rule.aggregate(now, uploads, SHAPES).vector() - current for uploads in ([came], [came, lost]))
    np.testing.assert_allclose(both, 0.5 * alone, atol=1e-6)
