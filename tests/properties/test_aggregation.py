"""Laws of averaging adapters over random shapes, ranks, weights and losses, for every aggregator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wfsim.aggregate import Aggregated, Aggregator
from wfsim.aggregate.covariance import covariance_norm
from wfsim.aggregate.fedit import FedIt
from wfsim.learning.masks import trained_entries, truncated
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

KINDS = sorted(name for name, kind in Aggregator.kinds.items() if kind.__module__.startswith("wfsim."))
EXACT = sorted({"flexlora", "flora", "fedex"} & set(KINDS))
sizes = st.integers(1, 7)


@st.composite
def federations(draw, factors: str = "both") -> tuple[AdapterShapes, Adapter, list[Arrival]]:
    """A global adapter and what 1 to 5 devices of different ranks learned, in float64."""
    rank = draw(st.integers(1, 3))
    pairs = tuple(PairShape(f"m{i}", draw(sizes), draw(sizes)) for i in range(draw(st.integers(1, 2))))
    shapes = AdapterShapes(rank=rank, pairs=pairs, dense=(TensorShape("h", (2,)),), factors=factors)
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    current = generator.standard_normal(shapes.entries).astype(np.float32)
    version = draw(st.integers(0, 1))
    arrivals = []
    for number in range(draw(st.integers(1, 5))):
        own = draw(st.integers(1, rank))
        trains = trained_entries(shapes.at(version), own)
        delta = generator.standard_normal(shapes.entries) * (1.0 if trains is None else trains)
        values, weight = Adapter.from_vector(shapes, delta), float(draw(st.integers(1, 50)))
        update = Update(pairs=values.pairs, dense=values.dense, weight=weight, base_version=version)
        start = truncated(current, shapes, own) if factors == "both" else current
        mask = shapes.at(version).trained.copy()
        arrivals.append(Arrival(members=(f"d{number}",), update=update, mask=mask, staleness=0, start=start))
    return shapes, Adapter.from_vector(shapes, current), arrivals


def products(adapter: Adapter) -> list[NDArray]:
    return [pair.b.astype(np.float64) @ pair.a.astype(np.float64) for pair in adapter.pairs.values()]


def whole(made: Aggregated) -> list[NDArray]:
    """What the matrices move by, the base's change included."""
    change = made.base_change or {}
    base = [change[n].b.astype(float) @ change[n].a if n in change else 0.0 for n in made.adapter.pairs]
    return [product + moved for product, moved in zip(products(made.adapter), base, strict=True)]


def ended(arrival: Arrival, shapes: AdapterShapes) -> Adapter:
    return Adapter.from_vector(shapes, arrival.start.astype(np.float64) + arrival.update.vector())


def mean_products(arrivals: list[Arrival], shapes: AdapterShapes) -> list[NDArray]:
    weights = np.array([arrival.update.weight for arrival in arrivals])
    each = [products(ended(arrival, shapes)) for arrival in arrivals]
    return [np.tensordot(weights / weights.sum(), np.array(same), 1) for same in zip(*each, strict=True)]


def advance(kind: str, current: Adapter, arrivals: list[Arrival], shapes: AdapterShapes) -> Aggregated:
    rule = Aggregator.parse(kind)
    return rule.advance(current, arrivals, shapes, rule.begin(shapes))


def best(product: NDArray, rank: int) -> NDArray:
    u, s, vt = np.linalg.svd(product, full_matrices=False)
    return (u[:, :rank] * s[:rank]) @ vt[:rank]


@pytest.mark.parametrize("kind", EXACT)
@settings(max_examples=15, deadline=None)
@given(case=federations())
def test_product_space_rules_give_the_weighted_mean_of_products(kind: str, case: tuple) -> None:
    """FlexLoRA up to its rank: the best approximation of it."""
    shapes, current, arrivals = case
    made = whole(advance(kind, current, arrivals, shapes))
    for found, mean in zip(made, mean_products(arrivals, shapes), strict=True):
        expected = best(mean, shapes.rank) if kind == "flexlora" else mean
        np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("factors", ["b", "alternate"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_with_one_common_factor_averaging_factors_is_exact(factors: str, data: st.DataObject) -> None:
    """FFA-LoRA and RoLoRA, either half: the mean of products, and no covariance."""
    shapes, current, arrivals = data.draw(federations(factors))
    made = whole(advance("fedit", current, arrivals, shapes))
    for found, mean in zip(made, mean_products(arrivals, shapes), strict=True):
        np.testing.assert_allclose(found, mean, atol=1e-4)
    assert covariance_norm(current, arrivals, 2.0) == 0.0


@settings(max_examples=20, deadline=None)
@given(case=federations())
def test_covariance_is_what_averaging_factors_misses(case: tuple) -> None:
    """sum p B A - Bbar Abar = sum p (B - Bbar)(A - Abar), to 1e-10 in float64; the norm is that of either side."""
    shapes, current, arrivals = case
    full = [replace(arrival, start=current.vector()) for arrival in arrivals]
    weights = np.array([arrival.update.weight for arrival in full]) / sum(arrival.update.weight for arrival in full)
    square = 0.0
    for name, mean in zip(current.pairs, mean_products(full, shapes), strict=True):
        a = np.array([ended(arrival, shapes).pairs[name].a for arrival in full])
        b = np.array([ended(arrival, shapes).pairs[name].b for arrival in full])
        mean_a, mean_b = np.tensordot(weights, a, 1), np.tensordot(weights, b, 1)
        missed = mean - mean_b @ mean_a
        centred = sum(p * (y - mean_b) @ (x - mean_a) for p, x, y in zip(weights, a, b, strict=True))
        np.testing.assert_allclose(missed, centred, atol=1e-10 * max(1.0, float(np.abs(mean).max())))
        square += float(np.sum(centred**2))
    assert covariance_norm(current, full, 3.0) == pytest.approx(3.0 * np.sqrt(square), rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None)
@given(case=federations(), order=st.randoms(use_true_random=False))
def test_the_order_of_devices_changes_nothing(kind: str, case: tuple, order) -> None:
    shapes, current, arrivals = case
    made, again = (advance(kind, current, some, shapes) for some in (arrivals, order.sample(arrivals, len(arrivals))))
    assert made.adapter.vector().tobytes() == again.adapter.vector().tobytes()
    assert [x.tobytes() for x in whole(made)] == [x.tobytes() for x in whole(again)]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None)
@given(case=federations())
def test_one_device_returns_its_own_product(kind: str, case: tuple) -> None:
    """Of all ranks, with a step of 1; `mixing` with alpha 1."""
    shapes, current, (first, *_) = case
    alone = replace(first, start=current.vector())
    made = advance("fedit" if kind == "mixing" else kind, current, [alone], shapes)
    if kind == "mixing":
        rule = Aggregator.parse({"kind": "mixing", "alpha": 1.0})
        made = rule.advance(current, [alone], shapes, rule.begin(shapes))
    for found, own in zip(whole(made), products(ended(alone, shapes)), strict=True):
        np.testing.assert_allclose(found, own, atol=1e-4)


@pytest.mark.parametrize("missing", ["renormalise", "no_change", "zero_fill", "last_known"])
@settings(max_examples=8, deadline=None)
@given(case=federations(), share=st.floats(0.0, 1.0), seed=st.integers(0, 1000))
def test_rules_for_lost_entries_agree_where_nothing_is_lost(missing: str, case: tuple, share: float, seed: int) -> None:
    """Entry by entry: where every upload got an entry through, the rule says nothing."""
    shapes, current, arrivals = case
    generator = np.random.default_rng(seed)
    lossy = [replace(arrival, mask=generator.random(shapes.entries) < share) for arrival in arrivals]
    came = np.all([arrival.mask for arrival in lossy], axis=0)
    whole_round = FedIt().aggregate(current, arrivals, shapes).vector()
    found = FedIt.model_validate({"missing": missing}).aggregate(current, lossy, shapes).vector()
    np.testing.assert_allclose(found[came], whole_round[came], atol=1e-6)
