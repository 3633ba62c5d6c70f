"""FLoRA and FedEx-LoRA: what the base gains and the next adapter are together the weighted mean of products."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from wfsim.aggregate import Aggregator
from wfsim.aggregate._whole_factors import ended
from wfsim.aggregate.fedex import FedEx, means, residual
from wfsim.aggregate.flora import Flora
from wfsim.learning.masks import trained_entries
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

SHAPES = AdapterShapes(rank=3, pairs=(PairShape("q", 8, 6), PairShape("v", 5, 9)), dense=(TensorShape("head", (7,)),))
KINDS = {"flora": Flora(), "fedex": FedEx()}
RANKS = (1, 3, 2, 3)


def values(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(SHAPES.entries).astype(np.float32)


def arrival(number: int, rank: int = 3, mask: np.ndarray | None = None) -> Arrival:
    """A device that trained the first `rank` ranks from its own start."""
    trains = trained_entries(SHAPES, rank)
    mask = np.ones(SHAPES.entries, bool) if mask is None else mask
    moved = values(10 + number) * (mask if trains is None else mask & trains)
    delta = Adapter.from_vector(SHAPES, moved)
    update = Update(pairs=delta.pairs, dense=delta.dense, weight=1.0 + 2.5 * number, base_version=0)
    return Arrival(members=(f"d{number}",), update=update, mask=mask, staleness=0, start=values(5))


def products(adapter: Adapter) -> dict[str, np.ndarray]:
    return {name: b.astype(np.float64) @ a.astype(np.float64) for name, (a, b) in adapter.pairs.items()}


def mean_products(arrivals: list[Arrival]) -> dict[str, np.ndarray]:
    """By the definition, on dense matrices."""
    total = sum(each.update.weight for each in arrivals)
    sums = {pair.name: np.zeros((pair.d_out, pair.d_in)) for pair in SHAPES.pairs}
    for each in arrivals:
        end = Adapter.from_vector(SHAPES, each.start.astype(np.float64) + each.update.vector())
        for name, product in products(end).items():
            sums[name] += each.update.weight / total * product
    return sums


def test_a_stack_is_the_mean_of_products() -> None:
    arrivals = [arrival(number, rank) for number, rank in enumerate(RANKS)]
    made = Flora().advance(Adapter.from_vector(SHAPES, values(5)), arrivals, SHAPES, {})
    for name, expected in mean_products(arrivals).items():
        a, b = made.base_change[name]
        assert a.shape[0] == b.shape[1] == Flora().change_rank(len(RANKS), 3) == 12
        assert np.abs(b @ a - expected).max() <= 1e-10
        assert not products(made.adapter)[name].any()


def test_means_and_residual_are_the_mean_of_products() -> None:
    arrivals = [arrival(number, rank) for number, rank in enumerate(RANKS)]
    came = ended(Adapter.from_vector(SHAPES, values(5)), arrivals, SHAPES)
    made = FedEx().advance(Adapter.from_vector(SHAPES, values(5)), arrivals, SHAPES, {})
    for name, expected in mean_products(arrivals).items():
        (a, b), rest = means(came.pairs[name], came), residual(came.pairs[name], came)
        assert rest.a.shape[0] == rest.b.shape[1] == FedEx().change_rank(len(RANKS), 3) == 9
        assert np.abs(b @ a + rest.b @ rest.a - expected).max() <= 1e-10
        rounded = products(made.adapter)[name] + made.base_change[name].b @ made.base_change[name].a
        assert np.abs(rounded - expected).max() <= 1e-5  # the adapter itself is float32


@pytest.mark.parametrize("name", KINDS)
def test_one_device_gets_its_own_product(name: str) -> None:
    lone = arrival(2)
    made = KINDS[name].advance(Adapter.from_vector(SHAPES, values(5)), [lone], SHAPES, {})
    for pair, expected in mean_products([lone]).items():
        gained = 0.0 if made.base_change is None else made.base_change[pair].b @ made.base_change[pair].a
        assert np.abs(products(made.adapter)[pair] + gained - expected).max() <= 1e-5
    assert (made.base_change is None) == (KINDS[name].change_rank(1, 3) == 0)
    np.testing.assert_allclose(made.adapter.dense["head"], (values(5) + values(12))[-7:], atol=1e-6)


@pytest.mark.parametrize("name", KINDS)
def test_order_does_not_matter_bit_for_bit(name: str) -> None:
    arrivals, current = [arrival(number) for number in range(5)], Adapter.from_vector(SHAPES, values(5))

    def bits(order: list[Arrival]) -> bytes:
        made = KINDS[name].advance(current, order, SHAPES, {})
        change = [factor for pair in made.base_change.values() for factor in pair]
        return b"".join(array.tobytes() for array in (made.adapter.vector(), *change))

    assert bits(random.Random(1).sample(arrivals, 5)) == bits(arrivals)


@pytest.mark.parametrize("name", KINDS)
def test_wholly_lost_uploads_are_left_out_and_lost_entries_are_zero_deltas(name: str) -> None:
    kind, current, half = KINDS[name], Adapter.from_vector(SHAPES, values(5)), values(3) > 0.0
    lost = replace(arrival(3, mask=np.zeros(SHAPES.entries, bool)), start=None)
    came = [arrival(0), arrival(1, mask=half)]
    made, same = (kind.advance(current, each, SHAPES, {}) for each in ([*came, lost], came))
    assert made.adapter.vector().tobytes() == same.adapter.vector().tobytes()
    for pair, expected in mean_products(came).items():
        gained = made.base_change[pair].b @ made.base_change[pair].a
        assert np.abs(products(made.adapter)[pair] + gained - expected).max() <= 1e-5
    nothing = kind.advance(current, [lost], SHAPES, {})
    assert nothing.adapter is current and nothing.base_change is None


def test_only_these_move_the_base() -> None:
    import wfsim.scenario.schema  # noqa: F401 - opens every slot

    kinds = Aggregator.kinds
    assert {name for name in kinds if kinds[name].moves_base} == set(KINDS)
    assert {name for name in kinds if kinds[name].restarts} == {"flora"}
