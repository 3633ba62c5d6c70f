"""Optimisers of the server by hand, and where their memory goes."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate import Aggregator
from wfsim.aggregate.server import ServerOptimizer
from wfsim.messages import Adapter, AdapterShapes, Arrival, TensorShape, Update

SHAPES = AdapterShapes(rank=1, pairs=(), dense=(TensorShape("h", (2,)),))
# Two mean updates, 0.4 then 0.2. momentum 0.5: 0.4, 0.5*0.4 + 0.2 = 0.4.
# beta1 0.5, tau 0.1 (v starts at 0.01), lr 1: m = 0.2, then 0.2; steps m / (sqrt(v) + 0.1) with
#   adagrad: v = 0.17, 0.21
#   adam, beta2 0.5: v = 0.085, 0.0625
#   yogi, beta2 0.5: v = 0.01 + 0.5*0.16 = 0.09, then 0.09 - 0.5*0.04 = 0.07
ADAPTIVE = {"lr": 1.0, "beta1": 0.5, "tau": 0.1}
CASES = {
    "plain": ({}, (0.4, 0.2)),
    "momentum": ({"beta": 0.5}, (0.4, 0.4)),
    "adagrad": (ADAPTIVE, (0.2 / (0.17**0.5 + 0.1), 0.2 / (0.21**0.5 + 0.1))),
    "adam": ({**ADAPTIVE, "beta2": 0.5}, (0.2 / (0.085**0.5 + 0.1), 0.2 / (0.0625**0.5 + 0.1))),
    "yogi": ({**ADAPTIVE, "beta2": 0.5}, (0.2 / (0.09**0.5 + 0.1), 0.2 / (0.07**0.5 + 0.1))),
}


def arrival(delta: list[float], mask: list[bool]) -> Arrival:
    values = Adapter.from_vector(SHAPES, np.array(delta, np.float32) * np.array(mask, np.float32))
    update = Update(pairs=values.pairs, dense=values.dense, weight=1.0, base_version=0)
    return Arrival(members=("a",), update=update, mask=np.array(mask), staleness=0)


@pytest.mark.parametrize("kind", CASES)
def test_two_versions_by_hand(kind: str) -> None:
    fields, steps = CASES[kind]
    optimizer = ServerOptimizer.parse({"kind": kind, **fields})
    moments = optimizer.begin(1)
    for mean, step in zip((0.4, 0.2), steps, strict=True):
        direction, moments = optimizer.direction(np.array([mean]), moments)
        assert direction[0] == pytest.approx(step, rel=1e-12)


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == set(ServerOptimizer.kinds)


def test_an_entry_that_nobody_delivered_keeps_its_memory_and_its_value() -> None:
    """Momentum does not carry an entry on that no upload speaks for."""
    aggregator = Aggregator.parse({"kind": "fedit", "server": {"kind": "momentum", "beta": 0.5}, "server_lr": 0.5})
    adapter, state = Adapter.from_vector(SHAPES, np.zeros(2, np.float32)), aggregator.begin(SHAPES)
    for delta, mask in [([0.4, 0.4], [True, True]), ([0.2, 0.2], [True, False]), ([0.0, 0.2], [True, True])]:
        made = aggregator.advance(adapter, [arrival(delta, mask)], SHAPES, state)
        adapter, state = made.adapter, made.state
    # first entry: v = 0.4, 0.4, 0.2; second: v = 0.4, (kept), 0.4; each version adds v / 2
    np.testing.assert_allclose(adapter.vector(), [0.5, 0.4], atol=1e-7)
    np.testing.assert_allclose(state["velocity"], [0.2, 0.4], atol=1e-7)
